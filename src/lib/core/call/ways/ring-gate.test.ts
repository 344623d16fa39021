import { expect, test } from 'vitest';
import type { DeviceKey } from '#lib/domain/ids.ts';
import { RING_WINDOW_MS, RingGate } from './ring-gate.ts';

const device = (name: number | string) => String(name) as DeviceKey;

test('a device may ring a few times in a while, and again later', () => {
  const gate = new RingGate({ perDevice: 2, overall: 10 });
  const rings = [0, 1, 2, RING_WINDOW_MS].map((now) => gate.admits(device('a'), now));
  expect(rings).toEqual([true, true, false, true]);
  expect(gate.admits(device('b'), 2)).toBe(true);
});

test('all together may ring a few times more', () => {
  const gate = new RingGate({ perDevice: 2, overall: 3 });
  expect([1, 2, 3, 4].map((name) => gate.admits(device(name), 0))).toEqual([
    ...[true, true, true],
    false,
  ]);
});
