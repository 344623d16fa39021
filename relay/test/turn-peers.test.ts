import { networkInterfaces } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLog } from '../src/process/log.ts';
import { defaultOptions } from '../src/options/options.ts';
import type { RelayOptions } from '../src/options/options.ts';
import { DENIED_PEERS, rangeOf } from '../src/turn/peer-ranges.ts';
import { startTurnServer } from '../src/turn/turn-server.ts';
import { hasCoturn, speakerFor } from './coturn.ts';
import { newFolder } from './peers.ts';
import type { TurnSpeaker } from './turn-speaker.ts';

const hasV6 = Object.values(networkInterfaces())
  .flat()
  .some((entry) => entry?.address === '::1');
const silent = createLog('error', () => undefined);

/** A TURN server as it is on the internet, except that it listens on loopback. */
async function aPublicTurnServer(
  options: Partial<RelayOptions> = {},
  allowedPeers: readonly string[] = [],
) {
  const addresses = hasV6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];
  const server = await startTurnServer({
    options: { ...defaultOptions(), data: await newFolder(), turn: true, ...options },
    place: { addresses, host: '127.0.0.1', local: false, allowedPeers },
    anyPort: true,
    log: silent,
    onRefused: () => undefined,
  });
  onTestFinished(() => server.stop());
  return server;
}

async function anAllocation(
  server: Awaited<ReturnType<typeof aPublicTurnServer>>,
  family: 4 | 6,
): Promise<TurnSpeaker> {
  const speaker = speakerFor(server);
  expect(await speaker.allocate(server.credentials('device'), { family })).toBe(200);
  return speaker;
}

const isV6 = (network: string): boolean => network.includes(':');
const FORBIDDEN = 403;

/** The first and last address of a range, and one between. */
function samples(network: string): string[] {
  const { first, last } = rangeOf(network);
  const between = isV6(network)
    ? first
        .split(':')
        .map((part, at) => (at < 6 ? part : at === 6 ? 'a00' : '1'))
        .join(':')
    : first
        .split('.')
        .map((part, at) => (at < 3 ? part : '77'))
        .join('.');
  return [first, between, last];
}

/** Addresses that abuse would try, in the spellings it would try. */
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  'this machine': ['127.0.0.1', '127.255.255.255', '0.0.0.0'],
  'the network of the operator': ['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  'behind carrier-grade NAT': ['100.64.0.1', '100.127.255.255'],
  'metadata of a cloud machine': ['169.254.169.254'],
  'everybody at once': ['224.0.0.1', '239.255.255.250', '255.255.255.255'],
};
const TARGETS_V6: Readonly<Record<string, readonly string[]>> = {
  'this machine': ['::1', '::', '::127.0.0.1'],
  'IPv4 loopback, mapped': ['::ffff:127.0.0.1', '::ffff:0:127.0.0.1'],
  'IPv4 private, mapped': ['::ffff:10.0.0.1', '::ffff:192.168.1.1', '::ffff:169.254.169.254'],
  'IPv4 public, mapped': ['::ffff:8.8.8.8'],
  'through NAT64': ['64:ff9b::10.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1'],
  'through 6to4 and Teredo': ['2002:7f00:1::', '2002:a00:1::1', '2001:0:1::1'],
  'the network of the operator': ['fc00::1', 'fd00::1', 'fe80::1', 'fec0::1'],
  'metadata of a cloud machine': ['fd00:ec2::254'],
  'everybody at once': ['ff02::1', 'ff0e::1'],
};

test.each([
  ['10.0.0.0/8', '10.0.0.0', '10.255.255.255'],
  ['172.20.1.1/12', '172.16.0.0', '172.31.255.255'],
  ['192.0.2.7', '192.0.2.7', '192.0.2.7'],
  ['fe80::/10', 'fe80:0:0:0:0:0:0:0', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['::ffff:10.0.0.1/128', '0:0:0:0:0:ffff:a00:1', '0:0:0:0:0:ffff:a00:1'],
  ['64:ff9b::/96', '64:ff9b:0:0:0:0:0:0', '64:ff9b:0:0:0:0:ffff:ffff'],
  ['::1', '0:0:0:0:0:0:0:1', '0:0:0:0:0:0:0:1'],
  ['0.0.0.0/0', '0.0.0.0', '255.255.255.255'],
])('%s reaches from %s to %s', (network, first, last) => {
  expect(rangeOf(network)).toEqual({ first, last });
});

describe.skipIf(!hasCoturn)('peers that a TURN server on the internet refuses', () => {
  test('every denied IPv4 range, at both ends and between', async () => {
    const speaker = await anAllocation(await aPublicTurnServer(), 4);
    for (const network of DENIED_PEERS.filter((each) => !isV6(each))) {
      for (const peer of samples(network)) {
        expect(await speaker.permit(peer), `${peer} of ${network}`).toBe(FORBIDDEN);
      }
    }
    for (const [what, peers] of Object.entries(TARGETS)) {
      for (const peer of peers) {
        expect(await speaker.permit(peer), `${what}: ${peer}`).toBe(FORBIDDEN);
        expect(await speaker.bind(peer), `${what}: ${peer}, channel`).toBe(FORBIDDEN);
      }
    }
    expect(await speaker.permit('8.8.8.8')).toBe(200);
    expect(await speaker.permit('172.32.0.1')).toBe(200);
    expect(await speaker.permit('100.128.0.1')).toBe(200);
  });

  test.skipIf(!hasV6)('every denied IPv6 range, at both ends and between', async () => {
    const speaker = await anAllocation(await aPublicTurnServer(), 6);
    for (const network of DENIED_PEERS.filter(isV6)) {
      for (const peer of samples(network)) {
        expect(await speaker.permit(peer), `${peer} of ${network}`).toBe(FORBIDDEN);
      }
    }
    for (const [what, peers] of Object.entries(TARGETS_V6)) {
      for (const peer of peers) {
        expect(await speaker.permit(peer), `${what}: ${peer}`).toBe(FORBIDDEN);
        expect(await speaker.bind(peer), `${what}: ${peer}, channel`).toBe(FORBIDDEN);
      }
    }
    expect(await speaker.permit('2600::1')).toBe(200);
  });

  test.skipIf(!hasV6)(
    'an address of the other family, by which a range could be passed',
    async () => {
      const server = await aPublicTurnServer();
      const [four, six] = [await anAllocation(server, 4), await anAllocation(server, 6)];
      for (const peer of ['::ffff:127.0.0.1', '::1', '2600::1']) {
        expect(await four.permit(peer), peer).not.toBe(200);
      }
      for (const peer of ['127.0.0.1', '10.0.0.1', '8.8.8.8']) {
        expect(await six.permit(peer), peer).not.toBe(200);
      }
    },
  );

  test('what the operator allows, and the relay itself, is allowed and nothing beside it', async () => {
    const server = await aPublicTurnServer({ turnAllowPeer: ['10.9.0.0/16'] }, ['192.168.1.5']);
    const speaker = await anAllocation(server, 4);
    expect(await speaker.permit('10.9.255.255')).toBe(200);
    expect(await speaker.permit('10.10.0.0')).toBe(FORBIDDEN);
    expect(await speaker.permit('192.168.1.5')).toBe(200);
    expect(await speaker.permit('192.168.1.6')).toBe(FORBIDDEN);
  });
});
