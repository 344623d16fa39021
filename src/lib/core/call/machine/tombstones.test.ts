import { expect, test } from 'vitest';
import type { CallId, DeviceKey } from '#lib/domain/ids.ts';
import { TOMBSTONE_MS } from '#lib/protocol/limits.ts';
import { bury, findTombstone, TOMBSTONES_MAX, TOMBSTONES_PER_DEVICE } from './tombstones.ts';
import type { Tombstones } from './tombstones.ts';

const of = (call: number, device: number | string) => ({
  id: String(call) as CallId,
  device: String(device) as DeviceKey,
  farewell: undefined,
  unrung: false,
});
const has = (all: Tombstones, call: number, device: number | string, now = 0) =>
  findTombstone(all, String(call) as CallId, String(device) as DeviceKey, now) !== undefined;

test('a call is remembered for its time, and for its device only', () => {
  const all = bury([], of(1, 'a'), 0);
  expect(has(all, 1, 'a', TOMBSTONE_MS - 1)).toBe(true);
  expect(has(all, 1, 'a', TOMBSTONE_MS)).toBe(false);
  expect(has(all, 1, 'b')).toBe(false);
});

test('one device forgets its own calls only', () => {
  let all = bury([], of(0, 'friend'), 0);
  for (let call = 1; call <= 100; call += 1) all = bury(all, of(call, 'nuisance'), 0);
  expect(all).toHaveLength(TOMBSTONES_PER_DEVICE + 1);
  expect(has(all, 0, 'friend')).toBe(true);
  expect(has(all, 100, 'nuisance')).toBe(true);
  expect(has(all, 1, 'nuisance')).toBe(false);
});

test('there is a most over all devices', () => {
  let all: Tombstones = [];
  for (let call = 0; call < TOMBSTONES_MAX + 50; call += 1) all = bury(all, of(call, call), 0);
  expect(all).toHaveLength(TOMBSTONES_MAX);
  expect(has(all, TOMBSTONES_MAX + 49, TOMBSTONES_MAX + 49)).toBe(true);
});

test('a call is buried once', () => {
  expect(bury(bury([], of(1, 'a'), 0), of(1, 'a'), 0)).toHaveLength(1);
});
