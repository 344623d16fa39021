import { expect, test } from 'vitest';
import { turnHosts } from './turn-hosts.ts';

const URLS = ['stun:a.example', 'turn:a.example:3478?transport=udp', 'turns:a.example:443'];
const OTHERS = ['turn:192.0.2.7:3478', 'turn:[2001:db8::7]:3478'];
const using = (...urls: readonly string[]) =>
  ({ getConfiguration: () => ({ iceServers: [{ urls: [...urls] }] }) }) as RTCPeerConnection;

test.each([
  ['the browser tells', using(...URLS, ...OTHERS), { url: OTHERS[0] ?? '' }, ['192.0.2.7']],
  ['its address is in a URL', using(...URLS, ...OTHERS), { address: '192.0.2.7' }, ['192.0.2.7']],
  ['also by IPv6', using(...URLS, ...OTHERS), { address: '2001:db8::7' }, ['[2001:db8::7]']],
  ['there is one', using(...URLS), { address: '203.0.113.9' }, ['a.example']],
  [
    'it may be any',
    using(...URLS, 'turn:b.example'),
    { address: '203.0.113.9' },
    ['a.example', 'b.example'],
  ],
  ['there is none', using('stun:a.example'), {}, []],
])('the TURN server of a candidate, where %s', (_, connection, local, hosts) => {
  expect(turnHosts(connection, local)).toEqual(hosts);
});
