import { expect, test } from 'vitest';
import { createRateLimit } from '../src/limits/rate-limit.ts';
import {
  createShareCount,
  hasRoomFor,
  hostShare,
  sharesFor,
  sharesOf,
} from '../src/limits/share.ts';

const keys = (address: string) => sharesOf(address).map(({ key }) => key);

test('an IPv4 address is one share; an IPv6 address draws on its /64, its /56 and its /48', () => {
  expect(sharesOf('203.0.113.1')).toEqual([{ key: '203.0.113.1', times: 1 }]);
  expect(sharesOf('2001:db8:1:23ab:4:5:6:7')).toEqual([
    { key: '2001:db8:1:23ab::/64', times: 1 },
    { key: '2001:db8:1:2300::/56', times: 4 },
    { key: '2001:db8:1::/48', times: 16 },
  ]);
  expect(keys('2001:0DB8:0001:23ab::1')).toEqual(keys('2001:db8:1:23ab:ffff::9%eth0'));
  expect(keys('::1')[0]).toBe('0:0:0:0::/64');
  expect(hostShare('2001:db8::9')).toBe('2001:db8:0:0::/64');
});

test.each([
  '::ffff:192.0.2.1',
  '::FFFF:c000:201',
  '0:0:0:0:0:ffff:192.0.2.1',
  '64:ff9b::192.0.2.1',
])('%s is an IPv4 address', (address) => {
  expect(keys(address)).toEqual(['192.0.2.1']);
});

/** How many addresses of a list get one each. */
const taken = (most: number, addresses: readonly string[]): number => {
  const count = createShareCount(most);
  return addresses.filter((address) => count.take(sharesOf(address))).length;
};
const numbers = Array.from({ length: 256 }, (_, n) => n);
const hex = (n: number) => n.toString(16).padStart(2, '0');

test.each([
  ['one /64', (n: number) => `2001:db8:1:1::${hex(n)}`, 4],
  ['one /56', (n: number) => `2001:db8:1:1${hex(n)}::1`, 4 * 4],
  ['one /48', (n: number) => `2001:db8:1:${hex(n)}00::1`, 16 * 4],
  ['many /48', (n: number) => `2001:db8:${hex(n)}::1`, 256],
  ['IPv4 beside each other', (n: number) => `203.0.113.${n}`, 256],
])('what %s gets', (_, address, most) => {
  expect(taken(4, numbers.map(address))).toBe(most);
});

test('what is given back can be taken, and nothing stays behind', () => {
  const count = createShareCount(2);
  const shares = sharesOf('2001:db8::1');
  expect(count.take(shares, 2)).toBe(true);
  expect(count.take(shares)).toBe(false);
  expect(count.take(sharesFor(shares, 'bob'))).toBe(true);
  count.give(sharesFor(shares, 'bob'));
  count.give(shares, 2);
  expect(count.size).toBe(0);
  expect(count.take(shares)).toBe(true);
});

test('among those who are there, one more of a wider block finds room where its own has some', () => {
  const there = ['2001:db8::1', '2001:db8::2', '203.0.113.1'].map(sharesOf);
  expect(hasRoomFor(sharesOf('2001:db8::3'), there, 2)).toBe(false);
  expect(hasRoomFor(sharesOf('2001:db8:0:1::3'), there, 2)).toBe(true);
  expect(hasRoomFor(sharesOf('203.0.113.1'), there, 2)).toBe(true);
  expect(hasRoomFor(sharesOf('203.0.113.1'), there, 1)).toBe(false);
});

test('a rate has a bucket for each share, and a refusal uses up none of them', () => {
  let now = 0;
  const rate = createRateLimit({ perMinute: 2, now: () => now });
  const takes = (address: string, cost?: number) => rate.take(sharesOf(address), cost);
  const subnets = ['0', '1', '2', '3', '4'].map((n) => `2001:db8:0:${n}::1`);
  expect(subnets.map((address) => [takes(address), takes(address)].filter(Boolean).length)).toEqual(
    [2, 2, 2, 2, 0],
  );
  expect(takes('203.0.113.1', 2)).toBe(true);
  expect(takes('203.0.113.1', 0.5)).toBe(false);
  now += 15_000;
  expect(takes('203.0.113.1', 0.5)).toBe(true);
  expect(takes('2001:db8:0:4::1'), 'the /56 has gained two').toBe(true);
  now += 60_000;
  rate.sweep();
  expect(takes('203.0.113.1', 2)).toBe(true);
});
