import type { NetworkInterfaceInfo } from 'node:os';
import { multiaddr } from '@multiformats/multiaddr';
import { expect, test } from 'vitest';
import { announcedAddresses, hostAsked, nearestFirst, openUrl } from '../src/ways/addresses.ts';
import { createAddressLimits } from '../src/limits/address-limits.ts';
import { isLoopback, networks, remoteAddress } from '../src/limits/remote-address.ts';

const on = (family: 'IPv4' | 'IPv6', address: string) =>
  ({ family, address }) as NetworkInterfaceInfo;
const INTERFACES = {
  lo: [on('IPv4', '127.0.0.1'), on('IPv6', '::1')],
  eth0: [on('IPv4', '192.0.2.7'), on('IPv6', '2001:db8::7'), on('IPv6', 'fe80::1')],
};
const webrtc = (host: string) => ({ host, port: 9, certhash: 'uEiC_x' });
const direct = (host: string) => `${host}/udp/9/webrtc-direct/certhash/uEiC_x`;
const NOTHING = { publicUrl: '', announce: [] };

test.each([
  ['localhost', '127.0.0.1', NOTHING, ['/ip4/127.0.0.1/tcp/8/ws', direct('/ip4/127.0.0.1')]],
  [
    'every IPv4 interface',
    '0.0.0.0',
    NOTHING,
    [
      '/ip4/192.0.2.7/tcp/8/ws',
      '/ip4/127.0.0.1/tcp/8/ws',
      direct('/ip4/192.0.2.7'),
      direct('/ip4/127.0.0.1'),
    ],
  ],
  [
    'a name before a proxy on this machine',
    '127.0.0.1',
    { publicUrl: 'https://relay.example', announce: [] },
    ['/dns4/relay.example/tcp/443/wss'],
  ],
  [
    'a name and every interface',
    '0.0.0.0',
    { publicUrl: 'http://relay.example:81/', announce: ['/ip4/198.51.100.1/udp/9/webrtc-direct'] },
    ['/dns4/relay.example/tcp/81/ws', direct('/ip4/192.0.2.7'), direct('/ip4/198.51.100.1')],
  ],
  [
    'a public address',
    '127.0.0.1',
    { publicUrl: 'https://[2001:db8::9]', announce: [] },
    ['/ip6/2001:db8::9/tcp/443/wss'],
  ],
])('announced for %s', (_, host, options, addresses) => {
  const announced = announcedAddresses(
    { host, port: 8, webrtc: webrtc(host) },
    options,
    INTERFACES,
  );
  expect(announced).toEqual(addresses);
  for (const address of announced.filter((text) => !text.includes('certhash'))) multiaddr(address);
});

test('a dual-stack relay announces both families', () => {
  const announced = announcedAddresses({ host: '::', port: 8 }, NOTHING, INTERFACES);
  expect(announced).toContain('/ip6/2001:db8::7/tcp/8/ws');
  expect(announced).toContain('/ip4/192.0.2.7/tcp/8/ws');
  expect(announced.join()).not.toContain('fe80');
});

test('a page gets the address it was loaded from first', () => {
  const addresses = [
    '/ip4/192.0.2.7/tcp/8/ws',
    '/ip4/127.0.0.1/tcp/8/ws',
    '/ip6/2001:db8::7/tcp/8/ws',
  ];
  const toAsked = (header: string | undefined) =>
    nearestFirst(addresses, hostAsked(addresses, header));
  expect(toAsked('localhost:8')[0]).toBe('/ip4/127.0.0.1/tcp/8/ws');
  expect(toAsked('[2001:db8::7]:8')[0]).toBe('/ip6/2001:db8::7/tcp/8/ws');
  expect(toAsked('elsewhere.example')).toEqual(addresses);
  expect(toAsked(undefined)).toEqual(addresses);
});

test('the URL to open is the public one, else one of this machine', () => {
  expect(openUrl({ publicUrl: 'https://relay.example/', host: 'localhost' }, 8)).toBe(
    'https://relay.example',
  );
  expect(openUrl({ publicUrl: '', host: '0.0.0.0' }, 8)).toBe('http://localhost:8');
  expect(openUrl({ publicUrl: '', host: '::1' }, 8)).toBe('http://[::1]:8');
});

const request = (remote: string, forwarded?: string) =>
  ({
    socket: { remoteAddress: remote },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as Parameters<typeof remoteAddress>[0];

test.each([
  ['nobody between', '203.0.113.1', undefined, '203.0.113.1'],
  ['IPv4 on a dual-stack socket', '::ffff:203.0.113.1', undefined, '203.0.113.1'],
  ['a claim of a stranger', '203.0.113.1', '198.51.100.1', '203.0.113.1'],
  ['one proxy', '10.0.0.1', '203.0.113.1', '203.0.113.1'],
  ['two proxies', '10.0.0.1', '203.0.113.1, 10.2.3.4', '203.0.113.1'],
  ['a claim before the proxy', '10.0.0.1', '198.51.100.1, 203.0.113.1', '203.0.113.1'],
  ['a proxy without the header', '10.0.0.1', undefined, '10.0.0.1'],
  ['rubbish in the header', '10.0.0.1', '203.0.113.1, unknown', '10.0.0.1'],
  ['IPv6 in brackets', '10.0.0.1', '[2001:db8::1]', '2001:db8::1'],
  ['a port', '10.0.0.1', '203.0.113.1:51413', '203.0.113.1'],
  ['ports of several', '10.0.0.1', '198.51.100.1:1, 203.0.113.1:51413, 10.2.3.4:80', '203.0.113.1'],
  ['IPv6 and a port', '10.0.0.1', '[2001:db8::1]:443', '2001:db8::1'],
  ['IPv6 and a port, without brackets', '10.0.0.1', '2001:db8::1:51413', '2001:db8::1'],
  ['all of IPv6 and a port', '10.0.0.1', '2001:db8:1:2:3:4:5:6:80', '2001:db8:1:2:3:4:5:6'],
  ['quotes', '10.0.0.1', '"[2001:db8::1]:443"', '2001:db8::1'],
  ['a mapped address and a port', '10.0.0.1', '::ffff:203.0.113.1:51413', '203.0.113.1'],
  ['a mapped address in brackets', '10.0.0.1', '[::ffff:203.0.113.1]:1', '203.0.113.1'],
  ['a zone', '10.0.0.1', 'fd00::1%eth0', 'fd00::1'],
  ['empty entries', '10.0.0.1', '203.0.113.1, , ', '203.0.113.1'],
  ['a port alone', '10.0.0.1', ':443', '10.0.0.1'],
])('the real address with %s', (_, remote, forwarded, real) => {
  expect(remoteAddress(request(remote, forwarded), networks(['10.0.0.0/8']))).toBe(real);
});

test('loopback is every address that means this machine', () => {
  expect(isLoopback('127.8.9.1')).toBe(true);
  expect(isLoopback('::1')).toBe(true);
  expect(isLoopback('10.0.0.1')).toBe(false);
});

function someLimits(exemptLoopback = false) {
  const clock = { now: 0 };
  const limits = createAddressLimits({
    connectionsPerMinute: 2,
    connectionsPerAddress: 3,
    exemptLoopback,
    now: () => clock.now,
  });
  return { clock, limits };
}

test('new connections of an address are limited a minute, and come back evenly', () => {
  const { clock, limits } = someLimits();
  expect(limits.admit('203.0.113.1')).toBeTypeOf('function');
  expect(limits.admit('203.0.113.1')).toBeTypeOf('function');
  expect(limits.admit('203.0.113.1')).toBe('too-often');
  expect(limits.admit('203.0.113.2')).toBeTypeOf('function');
  clock.now += 30_000;
  expect(limits.admit('203.0.113.1')).toBeTypeOf('function');
  expect(limits.admit('203.0.113.1')).toBe('too-many');
});

test('a connection is given back once, and an idle address is forgotten without losing what it may do', () => {
  const { clock, limits } = someLimits();
  const first = limits.admit('203.0.113.1');
  if (typeof first === 'string') throw new Error(first);
  limits.sweep();
  first();
  first();
  clock.now += 60_000;
  limits.sweep();
  expect(limits.admit('203.0.113.1')).toBeTypeOf('function');
  expect(limits.admit('203.0.113.1')).toBeTypeOf('function');
  clock.now += 60_000;
  expect(limits.admit('203.0.113.1')).toBeTypeOf('function');
  expect(limits.admit('203.0.113.1')).toBe('too-many');
});

test('loopback is free only where that is said', () => {
  const free = someLimits(true).limits;
  for (let count = 0; count < 9; count += 1) expect(free.admit('127.0.0.1')).toBeTypeOf('function');
  expect(free.isExempt('203.0.113.1')).toBe(false);
  const bound = someLimits().limits;
  bound.admit('127.0.0.1');
  bound.admit('127.0.0.1');
  expect(bound.admit('127.0.0.1')).toBe('too-often');
});
