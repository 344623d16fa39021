import { expect, test } from 'vitest';
import { wayOf } from './way-of.ts';

const LIMITS = { bytes: 1n, seconds: 1 };
const pair = {
  ...{ type: 'candidate-pair', nominated: true, state: 'succeeded' },
  ...{ localCandidateId: 'L', remoteCandidateId: 'R' },
};
const over = (stats: Readonly<Record<string, object>>) => ({
  muxer: { peerConnection: { getStats: () => Promise.resolve(new Map(Object.entries(stats))) } },
});
const between = (local: string, remote: string, transport?: object) =>
  over({
    P: pair,
    L: { type: 'local-candidate', candidateType: local },
    R: { type: 'remote-candidate', candidateType: remote },
    ...(transport && { T: { type: 'transport', ...transport } }),
  });

test.each([
  ['of a circuit', { limits: LIMITS }, 'circuit'],
  ['over host and srflx', between('host', 'srflx', { selectedCandidatePairId: 'P' }), 'direct'],
  ['over our TURN server', between('relay', 'srflx', { selectedCandidatePairId: 'P' }), 'turn'],
  ['over their TURN server', between('host', 'relay', { selectedCandidatePairId: 'P' }), 'turn'],
  ['without transport stats', between('host', 'relay'), 'turn'],
  ['whose pair is not chosen yet', over({ T: { type: 'transport' } }), undefined],
  ['of another kind', { muxer: {} }, undefined],
] as const)('the way %s', async (_, connection, way) => {
  expect(await wayOf(connection as Parameters<typeof wayOf>[0])).toBe(way);
});
