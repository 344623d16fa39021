/** Bytes of the numbers, flags and places in lists that a value is made of. */
const SLOT_BYTES = 8;

/**
 * The memory a decoded value holds on to: whole buffers behind its byte arrays, and a byte a character of text in
 * Latin-1, two of any other, as engines keep it.
 */
export function heldBy(value: unknown): number {
  if (value instanceof Uint8Array) return value.buffer.byteLength;
  if (typeof value === 'string') return value.length * (/[\u0100-\uffff]/.test(value) ? 2 : 1);
  if (typeof value !== 'object' || value === null) return SLOT_BYTES;
  return Object.values(value).reduce<number>((sum, inner) => sum + heldBy(inner), 0);
}

/**
 * Runs a decoder and counts the bytes it takes for byte arrays and text, kept or thrown away. Counted where they
 * are made, since the engine's own figures move with every collection.
 */
export function allocatedBy<T>(run: () => T): { readonly result: T; readonly allocated: number } {
  let allocated = 0;
  const { Uint8Array: Original } = globalThis;

  const decode = TextDecoder.prototype.decode;
  globalThis.Uint8Array = new Proxy(Original, {
    construct: (target, given: [unknown?], newTarget: typeof Original) => {
      const made = Reflect.construct(target, given, newTarget) as Uint8Array;
      // A view of a buffer that is there already takes nothing.
      if (!(given[0] instanceof ArrayBuffer)) allocated += made.byteLength;
      return made;
    },
  });
  TextDecoder.prototype.decode = function (this: TextDecoder, ...given) {
    const text = decode.apply(this, given);
    allocated += 2 * text.length;
    return text;
  };
  try {
    return { result: run(), allocated };
  } finally {
    globalThis.Uint8Array = Original;
    TextDecoder.prototype.decode = decode;
  }
}
