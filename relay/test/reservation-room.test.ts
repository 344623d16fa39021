import { expect, test } from 'vitest';
import { RESERVATIONS_ALWAYS } from '../src/limits/limits.ts';
import { hasRoomToReserve } from '../src/ways/reservation-room.ts';
import { sharesOf } from '../src/limits/share.ts';
import type { Share } from '../src/limits/share.ts';

/** A relay with room for `most`, which takes as much as it may of each address that is asked. */
function aRelay(most: number, perAddress = most) {
  const held: (readonly Share[])[] = [];
  const take = (address: string): boolean => {
    const shares = sharesOf(address);
    const may = held.length < most && hasRoomToReserve(shares, held, { perAddress, most });
    if (may) held.push(shares);
    return may;
  };
  const fill = (addresses: readonly string[]): number => {
    const before = held.length;
    for (let taken = true; taken;) taken = addresses.map(take).some(Boolean);
    return held.length - before;
  };
  return { take, fill };
}

const net = (count: number, address: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => address(n));

test('a hundred people of one mobile network find room on an empty relay', () => {
  expect(aRelay(1000).fill(['192.0.2.1'])).toBeGreaterThan(100);
});

test('an operator’s own limit is never passed', () => {
  expect(aRelay(1000, 2).fill(['192.0.2.1'])).toBe(2);
});

test.each([
  ['one IPv4 address', ['192.0.2.1']],
  ['all of an IPv6 /64', net(200, (n) => `2001:db8::${n.toString(16)}`)],
  ['all of an IPv6 /56', net(200, (n) => `2001:db8:0:${n.toString(16)}::1`)],
  ['all of an IPv6 /48', net(200, (n) => `2001:db8:0:${(n * 256).toString(16)}::1`)],
])('%s takes a small part of a relay, and who comes alone finds a place', (_, addresses) => {
  const relay = aRelay(100);
  expect(relay.fill(addresses)).toBeLessThan(20);
  expect(relay.take('198.51.100.7')).toBe(true);
});

test('with twenty addresses a relay is not full yet, and a family has its place', () => {
  const relay = aRelay(1000);
  relay.fill(net(20, (n) => `192.0.2.${n}`));
  expect(relay.fill(['198.51.100.7'])).toBeGreaterThanOrEqual(RESERVATIONS_ALWAYS);
});
