import { expect, test } from 'vitest';
import { allocatedBy, heldBy } from './allocation.ts';

test('counts new arrays and decoded text, and not views', () => {
  const buffer = new ArrayBuffer(1000);
  expect(allocatedBy(() => new Uint8Array(100).byteLength)).toEqual({
    result: 100,
    allocated: 100,
  });
  expect(allocatedBy(() => new Uint8Array(new Uint8Array(7)).byteLength).allocated).toBe(14);
  expect(allocatedBy(() => new Uint8Array(buffer).byteLength).allocated).toBe(0);
  expect(allocatedBy(() => new TextDecoder().decode(Uint8Array.of(97, 98))).allocated).toBe(6);
});

test('puts everything back, also after a throw', () => {
  const { Uint8Array: before } = globalThis;
  expect(() => allocatedBy(() => structuredClone(Symbol('no')))).toThrow();
  expect(globalThis.Uint8Array).toBe(before);
});

test('a view holds the whole buffer behind it, and text a byte a character of Latin-1', () => {
  expect(heldBy({ a: new Uint8Array(1000).subarray(0, 1), b: ['xy', 7, true] })).toBe(1018);
  expect(heldBy(['xé', 'xя'])).toBe(6);
});
