import { expect, test } from 'vitest';
import { hostPlace } from './host.ts';

test.each([
  ...['relay.example.org', 'RELAY.Example.org.', 'xn--bcher-kva.example', 'a_b.example', 'e.test'],
  ...['93.184.216.34', '2001:db8::1', '[2001:db8::1]', '::ffff:93.184.216.34', '1.example'],
])('%s is public', (host) => {
  expect(hostPlace(host)).toBe('public');
});

test.each([
  ...['10.0.0.1', '172.20.0.1', '192.168.1.1', '100.64.0.1', 'fd00::1', '[fd00::1]', 'fec0::1'],
  ...['::ffff:192.168.1.1', '::192.168.1.1', '64:ff9b::a00:1', '2002:c0a8:101::1', '::ffff:c0a8:1'],
  ...['printer.local', 'PRINTER.LOCAL.', 'metadata.google.internal', 'nas.home.arpa', 'fritz.lan'],
  ...['router', 'router.', 'intranet'],
])('%s is private', (host) => {
  expect(hostPlace(host)).toBe('private');
});

test.each(['localhost', 'LOCALHOST.', 'a.localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]'])(
  '%s is this machine',
  (host) => {
    expect(hostPlace(host)).toBe('loopback');
  },
);

test.each([
  ...['169.254.169.254', '::ffff:a9fe:a9fe', 'fe80::1', '0.0.0.0', '0.1.2.3', '::', '224.0.0.1'],
  ...['255.255.255.255', '240.0.0.1', 'ff02::1', '2001::1'],
])('nobody has a reason to name %s', (host) => {
  expect(hostPlace(host)).toBe('never');
});

test.each([
  ...['3232235777', '3232255233', '2130706433', '0', '0xc0a80101', '0XC0A80101', '030052000401'],
  ...['0xc0.0xa8.0x1.0x1', '0300.0250.1.1', '192.168.257', '192.168.1.1.', '10.1', '127.1', '1.0x'],
  ...['192.168.001.1', '01.2.3.4', '256.1.1.1', '1.2.3.4.5', 'a.1', 'relay.example.0x7f'],
  ...['%31%30.0.0.1', '192%2e168.1.1', '192.168.1.1%20', 'a%00.example', '１０.0.0.1', '10。0.0.1'],
  ...['①.example', 'bücher.example', 'a b', 'a\n.example', 'a..example', '.example', '..', '.', ''],
  ...['-a.example', 'a-.example', 'user@a.example', 'a.example:80', 'a/b', 'a\\b', 'a?b', 'a#b'],
  ...['[::1', '::1]', '[10.0.0.1]', '[a]', 'fe80::1%eth0', '[::ffff:0x7f.1]', 'x'.repeat(64)],
  Array<string>(64).fill('abc').join('.'),
])('%j is no host', (host) => {
  expect(hostPlace(host)).toBeUndefined();
});

test('what browsers read as an address is one here, or none', () => {
  const spellings = ['3232235777', '0xc0.0xa8.1.1', '192.168.257', '%31%30.0.0.1', '１０.0.0.1'];
  for (const host of spellings) {
    expect(new URL(`http://${host}`).hostname).toMatch(/^(192\.168|10)\.[\d.]+$/);
    expect(hostPlace(host)).toBeUndefined();
  }
});
