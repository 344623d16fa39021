import { expect, test } from 'vitest';
import { fromHex, toHex } from '#lib/domain/bytes.ts';
import {
  bool,
  bytes,
  choice,
  nested,
  optional,
  repeated,
  required,
  struct,
  text,
  uint,
} from './struct.ts';

const INNER = struct({ number: required(1, uint(1000)) });
const ALL = struct({
  number: required(1, uint()),
  name: required(2, text(8)),
  flag: optional(3, bool),
  colour: optional(4, choice(['red', 'green'])),
  raw: optional(5, bytes(3)),
  exact: optional(6, bytes(2, 'exact')),
  inner: optional(7, nested(INNER, 8)),
  list: repeated(8, uint(), 2),
  high: optional(100, uint()),
});
const decode = (hex: string) => ALL.decode(fromHex(hex) as Uint8Array);
/** number 1, name "a". */
const LEAST = '0801120161';
const BASE = { number: 1, name: 'a', list: [] };

test('is Protocol Buffers as everybody writes it', () => {
  const whole = {
    number: 150,
    name: 'testing',
    flag: true,
    colour: 'green',
    raw: Uint8Array.of(1, 2),
    exact: Uint8Array.of(3, 4),
    inner: { number: 300 },
    list: [0, 1],
    high: Number.MAX_SAFE_INTEGER,
  } as const;
  // By hand, after https://protobuf.dev/programming-guides/encoding/
  const hex = [
    ...['089601', '120774657374696e67', '1801', '2001', '2a020102', '32020304', '3a0308ac02'],
    ...['4000', '4001', 'a006ffffffffffffff0f'],
  ].join('');
  expect(toHex(ALL.encode(whole))).toBe(hex);
  expect(decode(hex)).toEqual(whole);
});

test('optional fields may be absent, lists empty, and the order is free', () => {
  expect(decode(LEAST)).toEqual(BASE);
  expect(decode('1201610801')).toEqual(BASE);
});

test('unknown fields of every kind are passed over', () => {
  const unknown = ['780f', `79${'00'.repeat(8)}`, '7a03aabbcc', '7d00000000', 'f8ffffff0f01'];
  for (const field of unknown) expect(decode(LEAST + field)).toEqual(BASE);
});

test.each([
  ['nothing at all', ''],
  ['a required field missing', '0801'],
  ['a field twice', `${LEAST}0801`],
  ['another wire type', '08011001'],
  ['a group', `${LEAST}7b7c`],
  ['a group end', `${LEAST}7c`],
  ['wire type 6', `${LEAST}7e`],
  ['field 0', `${LEAST}0001`],
  ['text that is not UTF-8', '08011201ff'],
  ['an overlong UTF-8 form', '08011202c080'],
  ['a surrogate in UTF-8', '08011203eda080'],
  ['text one byte too long', '08011209616161616161616161'],
  ['bytes too long', `${LEAST}2a0401020304`],
  ['exact bytes too short', `${LEAST}320101`],
  ['exact bytes too long', `${LEAST}3203010203`],
  ['a place that does not exist', `${LEAST}2002`],
  ['a flag that is neither', `${LEAST}1802`],
  ['a number above its limit', `${LEAST}3a0308e907`],
  ['a nested message that is malformed', `${LEAST}3a00`],
  ['a nested message too long', `${LEAST}3a09080a7a0500000000000000`],
  ['a list too long', `${LEAST}400140024003`],
  ['a number above 2^53 - 1', '088080808080808010120161'],
  ['a number of eleven bytes', `08${'80'.repeat(10)}01120161`],
  ['a number whose end is cut off', '12016108ffffffff'],
  ['a length beyond the end', '0801120261'],
  ['a length of four gigabytes', '080112ffffffff0f61'],
  ['an unknown field beyond the end', `${LEAST}7a05aa`],
])('refuses %s', (_, hex) => {
  expect(decode(hex)).toBeUndefined();
});

test('many nested groups do not exhaust the stack', () => {
  const bytes = new Uint8Array(64 * 1024).fill(0x7b);
  expect(ALL.decode(bytes)).toBeUndefined();
});

test('what is decoded shares no memory with the frame, nor what is encoded with the encoder', () => {
  const frame = fromHex(`${LEAST}2a020102`) as Uint8Array;
  const decoded = ALL.decode(frame);
  frame.fill(0);
  expect(decoded?.raw).toEqual(Uint8Array.of(1, 2));
  expect(decoded?.raw?.buffer.byteLength).toBe(2);
  const encoded = ALL.encode(BASE);
  expect(encoded.buffer.byteLength).toBe(encoded.byteLength);
});

test('the order mark of UTF-8 is kept as what it is', () => {
  expect(ALL.decode(ALL.encode({ ...BASE, name: '\uFEFFa' }))?.name).toBe('\uFEFFa');
});

test('half a surrogate pair is written as the replacement character', () => {
  expect(ALL.decode(ALL.encode({ ...BASE, name: 'a\uD83D' }))?.name).toBe('a\uFFFD');
});
