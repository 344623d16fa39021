import { expect, test } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { networkOf } from './network-of.ts';
import { ownNetwork } from './own-network.ts';

const at = (host: string) =>
  `/${host.includes(':') ? 'ip6' : 'dns4'}/${host}/tcp/443/wss/p2p/ID` as RelayAddress;
const lost = (lostAt: number, ...hosts: string[]) => ({ lostAt, addresses: hosts.map(at) });

const one = lost(100_000, 'one.example.org');
const other = lost(110_000, 'other.example.net');

test.each([
  ['a relay is reached', 'reachable', true, [one, other], 'up'],
  ['the browser has no network', 'offline', false, [one], 'down'],
  ['relays of two networks are lost together', 'offline', true, [one, other], 'down'],
  ['they are being dialled', 'connecting', true, [one, other], 'down'],
  ['there is one relay', 'offline', true, [one], 'unclear'],
  ['both are in one network', 'offline', true, [one, lost(100_000, 'two.example.org')], 'unclear'],
  [
    'the other one was lost before',
    'offline',
    true,
    [one, lost(1_000, 'other.example.net')],
    'unclear',
  ],
  [
    'the other one was never reached',
    'offline',
    true,
    [one, lost(-Infinity, 'other.example.net')],
    'unclear',
  ],
  [
    'they share one of their addresses',
    'offline',
    true,
    [lost(0, 'one.example.org', '192.0.2.1'), lost(0, '192.0.2.2', '2001:db8::1')],
    'unclear',
  ],
  ['no relay was ever reached', 'offline', true, [], 'unclear'],
] as const)('where %s', (_, status, online, relays, is) => {
  expect(ownNetwork(status, online, relays)).toBe(is);
});

test.each([
  ['relay.example.org', 'example.org'],
  ['192.0.2.7', '192.0.2'],
  ['2001:db8:1:2::7', '2001:db8:1'],
  ['2001:db8::1', '2001:db8:0'],
  ['2001:db8:0:1::2', '2001:db8:0'],
])('%s is in %s', (host, network) => {
  expect(networkOf(at(host))).toBe(network);
});
