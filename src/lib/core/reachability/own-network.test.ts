import { expect, test } from 'vitest';
import type { NetworkStatus } from '#lib/domain/reasons.ts';
import { ownNetwork } from './own-network.ts';

const relay = (host: string, reached = true) => ({
  address: `/dns4/${host}/tcp/443/wss/p2p/12D3KooW`,
  state: 'unreachable' as const,
  origin: 'page' as const,
  preferred: false,
  ...(reached && { roundTripMs: 20 }),
});
const [one, other] = [relay('one.example.org'), relay('other.example.net')];

test.each([
  ['reachable', [one], true, 'up'],
  ['offline', [one, other], true, 'down'],
  ['connecting', [one, other], true, 'down'],
  ['offline', [one], false, 'down'],
  ['offline', [one], true, 'unclear'],
  ['offline', [one, relay('two.example.org')], true, 'unclear'],
  ['offline', [one, relay('never.example.net', false)], true, 'unclear'],
  ['offline', [], true, 'unclear'],
] as const)('%s, with relays %j, online %s: %s', (status: NetworkStatus, relays, online, is) => {
  expect(ownNetwork({ status, relays }, { online })).toBe(is);
});
