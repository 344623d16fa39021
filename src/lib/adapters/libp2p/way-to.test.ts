import { expect, test } from 'vitest';
import { deviceKeyOf } from '#lib/protocol/key-text.ts';
import { signerNumber } from '#lib/testing/signers.ts';
import { wayTo } from './way-to.ts';

const CIRCUIT = { status: 'open', limits: { bytes: 1n, seconds: 1 } };
const pair = {
  type: 'candidate-pair',
  nominated: true,
  state: 'succeeded',
  localCandidateId: 'L',
  remoteCandidateId: 'R',
};
const over = (stats: Readonly<Record<string, object>>) => ({
  status: 'open',
  muxer: { peerConnection: { getStats: () => Promise.resolve(new Map(Object.entries(stats))) } },
});
const between = (local: string, remote: string, transport?: object) =>
  over({
    P: pair,
    L: { type: 'local-candidate', candidateType: local },
    R: { type: 'remote-candidate', candidateType: remote },
    ...(transport && { T: { type: 'transport', ...transport } }),
  });

const DIRECT = between('host', 'srflx', { selectedCandidatePairId: 'P' });

test.each([
  ['a circuit', [CIRCUIT], 'circuit'],
  ['host and srflx', [DIRECT], 'direct'],
  ['a direct connection beside a circuit', [CIRCUIT, DIRECT], 'direct'],
  [
    'a dead direct connection beside a circuit',
    [{ ...DIRECT, status: 'closed' }, CIRCUIT],
    'circuit',
  ],
  ['our TURN server', [between('relay', 'srflx', { selectedCandidatePairId: 'P' })], 'turn'],
  ['their TURN server', [between('host', 'relay', { selectedCandidatePairId: 'P' })], 'turn'],
  ['TURN, without transport stats', [between('host', 'relay')], 'turn'],
  ['a pair that is not chosen yet', [over({ T: { type: 'transport' } })], undefined],
  ['another kind of connection', [{ status: 'open', muxer: {} }], undefined],
  ['nothing', [], undefined],
] as const)('the way over %s', async (_, connections, way) => {
  const { publicKey } = await signerNumber(1);
  const getConnections = () => connections as never;
  expect(await wayTo({ getConnections }, deviceKeyOf(publicKey))).toBe(way);
});
