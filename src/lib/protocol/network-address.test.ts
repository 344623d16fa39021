import { expect, test } from 'vitest';
import { addressScope, sameNetwork } from './network-address.ts';

test.each([
  ['192.168.1.2', 'private'],
  ['10.255.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.0', 'ordinary'],
  ['fd00::1', 'private'],
  ['fec0::1', 'private'],
  ['::ffff:10.0.0.1', 'private'],
  ['64:ff9b::192.168.1.1', 'private'],
  ['64:ff9b:1::192.168.1.1', 'private'],
  ['2002:c0a8:101::', 'private'],
  ['100.64.0.1', 'shared'],
  ['100.128.0.1', 'ordinary'],
  ['2001::1', 'reserved'],
  ['100::1', 'reserved'],
  ['203.0.113.9', 'ordinary'],
  ['169.254.3.4', 'link-local'],
  ['::ffff:169.254.169.254', 'link-local'],
  ['2001:db8::1', 'ordinary'],
  ['fe80::1', 'link-local'],
  ['febf::1', 'link-local'],
  ['1:2:3:4:5:6:7:8', 'ordinary'],
  ['::ffff:192.0.2.1', 'ordinary'],
  ['127.0.0.1', 'loopback'],
  ['127.255.0.3', 'loopback'],
  ['::1', 'loopback'],
  ['0:0:0:0:0:0:0:1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::FFFF:7f00:1', 'loopback'],
  ['::127.0.0.1', 'loopback'],
  ['64:ff9b::127.0.0.1', 'loopback'],
  ['64:ff9b::7f00:1', 'loopback'],
  ['2002:7f00:1::', 'loopback'],
  ['::ffff:0:127.0.0.1', 'loopback'],
  ['0.0.0.0', 'unspecified'],
  ['0.1.2.3', 'unspecified'],
  ['::', 'unspecified'],
  ['::ffff:0.0.0.0', 'unspecified'],
  ['224.0.0.251', 'multicast'],
  ['239.255.255.255', 'multicast'],
  ['ff02::fb', 'multicast'],
  ['::ffff:224.0.0.1', 'multicast'],
  ['255.255.255.255', 'reserved'],
  ['240.0.0.1', 'reserved'],
] as const)('%s is %s', (address, scope) => {
  expect(addressScope(address)).toBe(scope);
});

test.each([
  ...[
    '',
    ' ',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.-4',
    '01.2.3.4',
    '127.1',
    '0x7f.0.0.1',
  ],
  ...['2130706433', '1.2.3.4 ', '1.2.3.4:80', '१.2.3.4', 'localhost', 'a.local', 'example.com'],
  ...[
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '12345::',
    'g::',
  ],
  ...['fe80::1%eth0', '[::1]', '::1.2.3', '::1.2.3.256', '1.2.3.4::', '::1:2.3.4.5:6', '/::1'],
])('%j is no address', (text) => {
  expect(addressScope(text)).toBeUndefined();
});

test.each([
  ['192.168.1.2', '192.168.1.77', true],
  ['fd00:1:2:3::1', 'fd00:1:2:3:4:5:6:7', true],
  ['192.168.1.2', '192.168.2.2', false],
  ['fd00:1:2:3::1', 'fd00:1:2:4::1', false],
  ['203.0.113.1', '203.0.113.2', false],
  ['192.168.1.2', '::ffff:192.168.1.2', false],
  ['192.168.1.2', 'a.local', false],
])('%s and %s may be of one private network: %s', (one, other, same) => {
  expect(sameNetwork(one, other)).toBe(same);
  expect(sameNetwork(other, one)).toBe(same);
});
