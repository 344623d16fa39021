import { decodeMessage, encodeMessage } from 'protons-runtime';
import type { Reader, Writer } from 'protons-runtime';
import type { Bytes } from '#lib/domain/bytes.ts';
import { readVarint } from './varint.ts';

/**
 * Protocol Buffers messages (https://protobuf.dev/programming-guides/encoding/) as tables of fields with their
 * limits beside them. Decoding never throws: anything malformed, too long or incomplete is `undefined`. Unknown
 * fields are skipped, so that a newer peer is understood.
 */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const GROUP = 3;

/** Thrown inside a decoder only; callers see `undefined`. */
class Malformed extends Error {}

interface Kind<T> {
  readonly wire: typeof VARINT | typeof LENGTH_DELIMITED;
  /** As Protocol Buffers call it; the names of a choice, or the fields of a message. */
  readonly type: 'bytes' | 'string' | 'uint64' | 'bool' | readonly string[] | Fields;
  write(writer: Writer, value: T): void;
  /** @throws when the value breaks its limits. */
  read(reader: Reader): T;
}

export interface Field<T, Presence extends 'required' | 'optional' | 'repeated'> {
  readonly id: number;
  readonly kind: Kind<T>;
  readonly presence: Presence;
  /** The most values of a repeated field. */
  readonly most: number;
}

/** The fields of a message by their names. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a table holds fields of every type
export type Fields = Record<string, Field<any, 'required' | 'optional' | 'repeated'>>;

type ValueOf<F> =
  F extends Field<infer T, infer P> ? (P extends 'repeated' ? readonly T[] : T) : never;

export type StructOf<F extends Fields> = {
  readonly [K in keyof F as F[K]['presence'] extends 'optional' ? never : K]: ValueOf<F[K]>;
} & {
  readonly [K in keyof F as F[K]['presence'] extends 'optional' ? K : never]?: ValueOf<F[K]>;
};

export interface Struct<T> {
  encode(value: T): Bytes;
  /** The message, or `undefined` for anything that is not exactly one valid message. Never throws. */
  decode(bytes: Uint8Array): T | undefined;
}

/** A message as a table, which tells its fields. */
export interface Table<F extends Fields> extends Struct<StructOf<F>> {
  readonly fields: F;
}

/** What {@link Struct} `T` holds. */
export type Of<S> = S extends Struct<infer T> ? T : never;

export const required = <T>(id: number, kind: Kind<T>): Field<T, 'required'> => ({
  id,
  kind,
  presence: 'required',
  most: 1,
});
export const optional = <T>(id: number, kind: Kind<T>): Field<T, 'optional'> => ({
  id,
  kind,
  presence: 'optional',
  most: 1,
});
/** A list of at most `most` values; one more makes the whole message malformed. */
export const repeated = <T>(id: number, kind: Kind<T>, most: number): Field<T, 'repeated'> => ({
  id,
  kind,
  presence: 'repeated',
  most,
});

/** A view of the next length-delimited value, of at most `max` bytes. */
function view(reader: Reader, max: number): Uint8Array {
  const value = reader.bytes();
  if (value.byteLength > max) throw new Malformed();
  return value;
}

/** Bytes of at most `max`, or of exactly `max` with `exact`. */
export function bytes(max: number, exact?: 'exact'): Kind<Bytes> {
  return {
    wire: LENGTH_DELIMITED,
    type: 'bytes',
    write: (writer, value) => void writer.bytes(value),
    read: (reader) => {
      const value = view(reader, max);
      if (exact !== undefined && value.byteLength !== max) throw new Malformed();
      // A copy: a view would keep the whole frame in memory, and in the database, for as long as itself.
      return new Uint8Array(value);
    },
  };
}

/** Well-formed UTF-8 of at most `maxBytes`. */
export function text(maxBytes: number): Kind<string> {
  return {
    wire: LENGTH_DELIMITED,
    type: 'string',
    write: (writer, value) => void writer.bytes(new TextEncoder().encode(value)),
    read: (reader) =>
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(view(reader, maxBytes)),
  };
}

/** Text that passes a check of its form; any other is malformed. */
export function textThat<T extends string>(
  is: (text: string) => text is T,
  maxBytes: number,
): Kind<T> {
  const { read, ...kind } = text(maxBytes);
  return {
    ...kind,
    read: (reader) => {
      const value = read(reader);
      if (!is(value)) throw new Malformed();
      return value;
    },
  };
}

/** What stands for another value on the wire. */
export function standsFor<T, W>(
  kind: Kind<W>,
  of: { readonly toWire: (value: T) => W; readonly fromWire: (value: W) => T },
): Kind<T> {
  return {
    wire: kind.wire,
    type: kind.type,
    write: (writer, value) => {
      kind.write(writer, of.toWire(value));
    },
    read: (reader) => of.fromWire(kind.read(reader)),
  };
}

/** A whole number from 0 to `max`. */
export function uint(max: number = Number.MAX_SAFE_INTEGER): Kind<number> {
  return {
    wire: VARINT,
    type: 'uint64',
    write: (writer, value) => void writer.uint64Number(value),
    read: (reader) => {
      const value = readVarint(reader, max);
      if (value === undefined) throw new Malformed();
      return value;
    },
  };
}

const bit = uint(1);

export const bool: Kind<boolean> = {
  wire: VARINT,
  type: 'bool',
  write: (writer, value) => {
    bit.write(writer, value ? 1 : 0);
  },
  read: (reader) => bit.read(reader) === 1,
};

/** One of `names`; on the wire its place in the list, from 0. A place that does not exist is malformed. */
export function choice<const Name extends string>(names: readonly Name[]): Kind<Name> {
  const place = uint(names.length - 1);
  return {
    wire: VARINT,
    type: names,
    write: (writer, value) => place.write(writer, names.indexOf(value)),
    read: (reader) => names[place.read(reader)] as Name,
  };
}

/** A message inside a message. */
export function nested<F extends Fields>(struct: Table<F>, maxBytes: number): Kind<StructOf<F>> {
  return {
    wire: LENGTH_DELIMITED,
    type: struct.fields,
    write: (writer, value) => void writer.bytes(struct.encode(value)),
    read: (reader) => {
      const value = struct.decode(view(reader, maxBytes));
      if (value === undefined) throw new Malformed();
      return value;
    },
  };
}

export function struct<const F extends Fields>(fields: F): Table<F> {
  const entries = Object.entries(fields);
  const byId = new Map(entries.map(([name, field]) => [field.id, { name, field }]));

  const encode = (value: Partial<Record<string, unknown>>, writer: Writer): void => {
    for (const [name, { id, kind, presence }] of entries) {
      const given = value[name];
      if (given === undefined) continue;
      for (const one of presence === 'repeated' ? (given as unknown[]) : [given]) {
        writer.uint32((id << 3) | kind.wire);
        kind.write(writer, one);
      }
    }
  };

  const decode = (reader: Reader): Record<string, unknown> => {
    const value: Record<string, unknown> = {};
    for (const [name, field] of entries) if (field.presence === 'repeated') value[name] = [];
    while (reader.pos < reader.len) {
      const key = reader.uint32();
      const known = byId.get(key >>> 3);
      // Field 0 does not exist, and groups, long gone from the format, would nest without bound.
      if (key >>> 3 === 0 || (key & 7) === GROUP) throw new Malformed();
      if (known === undefined) {
        reader.skipType(key & 7);
      } else {
        const { name, field } = known;
        if ((key & 7) !== field.kind.wire) throw new Malformed();
        // Counted before it is read: one too many costs nothing.
        if (field.presence === 'repeated') {
          const list = value[name] as unknown[];
          if (list.length === field.most) throw new Malformed();
          list.push(field.kind.read(reader));
        } else {
          if (Object.hasOwn(value, name)) throw new Malformed();
          value[name] = field.kind.read(reader);
        }
      }
      // The reader does not check the end while it skips.
      if (reader.pos > reader.len) throw new Malformed();
    }
    for (const [name, field] of entries) {
      if (field.presence === 'required' && !Object.hasOwn(value, name)) throw new Malformed();
    }
    return value;
  };

  return {
    fields,
    encode: (value) =>
      // A copy: the encoder's result is a view of a pool that holds other messages too.
      new Uint8Array(
        encodeMessage(value as Record<string, unknown>, {
          encode: (given, writer) => encode(given, writer),
        }),
      ),
    decode: (given) => {
      try {
        return decodeMessage(given, { decode }) as StructOf<F>;
      } catch {
        return undefined;
      }
    },
  };
}
