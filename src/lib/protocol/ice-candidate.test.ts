import { expect, test } from 'vitest';
import { candidateTarget, checkCandidate } from './ice-candidate.ts';
import { CANDIDATE_MAX_BYTES } from './limits.ts';
import chromium from './vectors/chromium-sdp.json' with { type: 'json' };
import firefox from './vectors/firefox-sdp.json' with { type: 'json' };

const at = (address: string, rest = 'typ host') =>
  `candidate:1 1 udp 2113937151 ${address} 40000 ${rest}`;

test.each([
  ['Chromium', chromium.candidates],
  ['Firefox', firefox.candidates],
])('takes every candidate that %s trickled but those of TCP, and the end of them', (_, given) => {
  const taken = given.filter((line) => !/ tcp /i.test(line));
  expect(taken.length).toBeGreaterThan(2);
  expect(given.filter((line) => checkCandidate(line))).toEqual(taken);
  expect(given.at(-1)).toBe('');
});

test.each([
  at('192.168.1.7'),
  at('2001:db8::7'),
  at('1eafa162-9415-4da3-a737-ecc848e0455a.local'),
  at('203.0.113.4', 'typ srflx raddr 0.0.0.0 rport 0 generation 0 network-cost 999'),
  at('203.0.113.4', 'typ srflx raddr 192.168.1.7 rport 40000 generation 0 ufrag abcd network-id 1'),
  at('2001:db8::9', 'typ relay raddr :: rport 0'),
  at('203.0.113.4', 'typ prflx raddr x.local rport 9'),
  'candidate:842163049 1 UDP 1677729535 203.0.113.4 46154 typ SRFLX raddr 10.0.0.1 rport 46154',
  'candidate:3 1 udp 1518280447 192.168.1.7 1024 typ host',
  at('fd00:1:2:3::7'),
  'candidate:a+/9 256 udp 2147483647 198.51.100.1 65535 typ host',
])('takes %s', (line) => {
  expect(checkCandidate(line)).toBe(true);
});

test.each([
  ['loopback', at('127.0.0.1')],
  ['loopback, version 6', at('::1')],
  ['loopback, mapped', at('::ffff:127.0.0.1')],
  ['unspecified', at('0.0.0.0')],
  ['unspecified, version 6', at('::')],
  ['multicast', at('224.0.0.251')],
  ['multicast, version 6', at('ff02::fb')],
  ['broadcast', at('255.255.255.255')],
  ['a name that would be resolved', at('evil.example')],
  ['a .local name with a second dot', at('a.b.local')],
  ['localhost', at('localhost')],
  ['a printer by its name', at('printer.local')],
  ['a name that is nearly a UUID', at('1eafa162-9415-4da3-a737-ecc848e0455.local')],
  ['link-local', at('169.254.3.4')],
  ['the address of a cloud', at('169.254.169.254')],
  ['link-local, version 6', at('fe80::1')],
  ['link-local, mapped', at('::ffff:169.254.1.1')],
  ['between a provider and its customers', at('100.64.0.1')],
  ['between a provider and its customers, the last', at('100.127.255.255')],
  ['a tunnel', at('2001::1')],
  ['a port of services', at('192.168.1.7').replace('40000', '1023')],
  ['DNS', at('203.0.113.4').replace('40000', '53')],
  ['octal', at('0177.0.0.1')],
  ['a zone', at('fe80::1%lo')],
  ['an a= before it', `a=${at('192.168.1.7')}`],
  ['a line end', `${at('192.168.1.7')}\r\na=crypto:1`],
  ['a line end at its end', `${at('192.168.1.7')}\n`],
  ['two spaces', at('192.168.1.7').replace(' udp', '  udp')],
  ['a space at the end', `${at('192.168.1.7')} `],
  ['no type', 'candidate:1 1 udp 1 192.168.1.7 40000'],
  ['an unknown type', at('192.168.1.7', 'typ magic')],
  ['half an extension', at('192.168.1.7', 'typ host generation')],
  ['an extension twice', at('192.168.1.7', 'typ host raddr 1.2.3.4 raddr 127.0.0.1')],
  ['a bad related address', at('203.0.113.4', 'typ srflx raddr evil.example rport 1')],
  ['a bad related port', at('203.0.113.4', 'typ srflx raddr 1.2.3.4 rport 65536')],
  ['port 0', 'candidate:1 1 udp 1 192.168.1.7 0 typ host'],
  ['port 65536', 'candidate:1 1 udp 1 192.168.1.7 65536 typ host'],
  ['component 0', 'candidate:1 0 udp 1 192.168.1.7 40000 typ host'],
  ['component 257', 'candidate:1 257 udp 1 192.168.1.7 40000 typ host'],
  ['priority 0', 'candidate:1 1 udp 0 192.168.1.7 40000 typ host'],
  ['too high a priority', 'candidate:1 1 udp 2147483648 192.168.1.7 40000 typ host'],
  ['another transport', 'candidate:1 1 sctp 1 192.168.1.7 40000 typ host'],
  ['TCP to a port that listens', 'candidate:3 1 tcp 1 192.168.1.7 7777 typ host tcptype passive'],
  ['TCP from a port', 'candidate:3 1 tcp 1 192.168.1.7 9 typ host tcptype active generation 0'],
  ['TCP without its kind', 'candidate:1 1 tcp 1 192.168.1.7 40000 typ host'],
  ['TCP both at once', 'candidate:1 1 tcp 1 192.168.1.7 9 typ host tcptype so'],
  ['UDP with a kind of TCP', at('192.168.1.7', 'typ host tcptype active')],
  ['letters beyond ASCII', at('192.168.1.7', 'typ host ufrag é')],
  ['a foundation too long', `candidate:${'1'.repeat(33)} 1 udp 1 192.168.1.7 40000 typ host`],
  ['too long', at('192.168.1.7', `typ host ufrag ${'a'.repeat(CANDIDATE_MAX_BYTES)}`)],
  ['a space', ' '],
])('refuses %s', (_, line) => {
  expect(checkCandidate(line)).toBe(false);
});

test('on one machine loopback is fine, and nothing else changes', () => {
  const loopback = { loopback: true };
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
    expect(checkCandidate(at(address), loopback)).toBe(true);
  }
  for (const address of ['0.0.0.0', '::', '224.0.0.1', 'ff02::1', 'localhost']) {
    expect(checkCandidate(at(address), loopback)).toBe(false);
  }
});

test.each([
  [at('192.168.1.7'), { address: '192.168.1.7', port: 40_000, local: true }],
  [at('FD00::7'), { address: 'fd00::7', port: 40_000, local: true }],
  [at('127.0.0.1'), { address: '127.0.0.1', port: 40_000, local: true }],
  [at('203.0.113.4', 'typ relay'), { address: '203.0.113.4', port: 40_000, local: false }],
  ['', undefined],
])('%s leads to %j', (line, target) => {
  expect(candidateTarget(line)).toEqual(target);
});

test('a name that hides an address is of the local network', () => {
  expect(candidateTarget(at('1EAFA162-9415-4da3-a737-ecc848e0455a.local'))?.local).toBe(true);
});
