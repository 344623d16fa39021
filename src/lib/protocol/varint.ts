import type { Reader } from 'protons-runtime';

/** A varint of 64 bits takes ten bytes at most. */
const VARINT_MAX_BYTES = 10;

/**
 * The next varint as a number, or `undefined` if it is cut short, too long or above `max` (a safe integer). The
 * library's own reader takes a number whose end was cut off for a smaller one.
 */
export function readVarint(reader: Reader, max: number): number | undefined {
  let value = 0;
  for (let place = 0; place < VARINT_MAX_BYTES && reader.pos < reader.len; place += 1) {
    const byte = reader.buf[reader.pos] as number;
    reader.pos += 1;
    // Inexact above 2^53, and then above `max` too.
    value += (byte & 0x7f) * 2 ** (7 * place);
    if (byte < 0x80) return value <= max ? value : undefined;
  }
  return undefined;
}
