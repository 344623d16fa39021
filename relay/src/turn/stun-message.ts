import { createHash, createHmac } from 'node:crypto';

/** What this relay has to say to a TURN server: STUN messages (RFC 8489, 5 and 14) with TURN's attributes (RFC 8656, 18). */

const MAGIC = 0x2112a442;
const ERROR_CLASS = 0x0110;
const HEADER_BYTES = 20;
const INTEGRITY_BYTES = 24;
export const TRANSACTION_BYTES = 12;
export const ALLOCATE = 0x0003;
export const REFRESH = 0x0004;
const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  error: 0x0009,
  lifetime: 0x000d,
  realm: 0x0014,
  nonce: 0x0015,
  transport: 0x0019,
} as const;
const UDP = 17;

export type Attribute = readonly [type: number, value: Buffer];

export interface TurnLogin {
  readonly username: string;
  readonly credential: string;
}

/** Asks for a relayed address over UDP, of whichever family the server takes for the usual one. */
export const OVER_UDP: Attribute = [ATTRIBUTE.transport, Buffer.from([UDP, 0, 0, 0])];
/** Gives an allocation back. */
export const NO_LONGER: Attribute = [ATTRIBUTE.lifetime, Buffer.alloc(4)];

/** What a server asks to be repeated to it. */
export interface Challenge {
  readonly realm: Buffer;
  readonly nonce: Buffer;
}

/** What a server answered: 200, or the code of its error. */
export interface StunAnswer {
  readonly code: number;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

/** The cookie of each message, as bytes. */
export const MAGIC_COOKIE = Buffer.from(MAGIC.toString(16), 'hex');

const padding = (length: number): number => (4 - (length % 4)) % 4;

function encode([type, value]: Attribute): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc(padding(value.length))]);
}

/** `extra` are bytes that the length counts and that follow later. */
function message(type: number, transaction: Buffer, body: Buffer, extra = 0): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(body.length + extra, 2);
  return Buffer.concat([head, MAGIC_COOKIE, transaction, body]);
}

/** A request, signed with long-term credentials (RFC 8489, 9.2) when a login and a challenge are given. */
export function stunRequest(
  type: number,
  transaction: Buffer,
  attributes: readonly Attribute[],
  signed?: { readonly login: TurnLogin; readonly challenge: Challenge },
): Buffer {
  if (signed === undefined)
    return message(type, transaction, Buffer.concat(attributes.map(encode)));
  const { login, challenge } = signed;
  const all: readonly Attribute[] = [
    ...attributes,
    [ATTRIBUTE.username, Buffer.from(login.username)],
    [ATTRIBUTE.realm, challenge.realm],
    [ATTRIBUTE.nonce, challenge.nonce],
  ];
  const body = Buffer.concat(all.map(encode));
  const text = `${login.username}:${challenge.realm.toString()}:${login.credential}`;
  const key = createHash('md5').update(text).digest();
  const covered = message(type, transaction, body, INTEGRITY_BYTES);
  const sum = createHmac('sha1', key).update(covered).digest();
  return Buffer.concat([covered, encode([ATTRIBUTE.integrity, sum])]);
}

/** Reads the answer to a request; `undefined` for any other datagram. */
export function readStunAnswer(bytes: Buffer, transaction: Buffer): StunAnswer | undefined {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(8, HEADER_BYTES).equals(transaction)) {
    return undefined;
  }
  const attributes = new Map<number, Buffer>();
  for (let at = HEADER_BYTES; at + 4 <= bytes.length;) {
    const length = bytes.readUInt16BE(at + 2);
    attributes.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length + padding(length);
  }
  const isError = (bytes.readUInt16BE(0) & ERROR_CLASS) === ERROR_CLASS;
  const error = attributes.get(ATTRIBUTE.error);
  return { code: isError && error ? (error[2] ?? 0) * 100 + (error[3] ?? 0) : 200, attributes };
}

/** What an answer asks to be repeated, if it does. */
export function challengeOf({ attributes }: StunAnswer): Challenge | undefined {
  const realm = attributes.get(ATTRIBUTE.realm);
  const nonce = attributes.get(ATTRIBUTE.nonce);
  return realm && nonce && { realm, nonce };
}
