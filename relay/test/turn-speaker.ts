import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { onTestFinished } from 'vitest';
import { rangeOf } from '../src/turn/peer-ranges.ts';

/** Just enough of STUN (RFC 8489) and TURN (RFC 8656) over UDP to try what a TURN server lets through. */

const MAGIC = 0x2112a442;
const ALLOCATE = 0x0003;
const REFRESH = 0x0004;
const CREATE_PERMISSION = 0x0008;
const CHANNEL_BIND = 0x0009;
const ERROR_CLASS = 0x0110;
const HEADER_BYTES = 20;
const INTEGRITY_BYTES = 24;
const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  error: 0x0009,
  channel: 0x000c,
  lifetime: 0x000d,
  peer: 0x0012,
  realm: 0x0014,
  nonce: 0x0015,
  relayed: 0x0016,
  family: 0x0017,
  transport: 0x0019,
} as const;
const UDP = 17;
const TCP = 6;
const AGAIN_MS = 300;
const GIVE_UP_MS = 10_000;

type Attributes = readonly (readonly [type: number, value: Buffer])[];

export interface TurnLogin {
  readonly username: string;
  readonly credential: string;
}
/** What a server answered: 200, or the code of its error. */
interface Answer {
  readonly code: number;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

function attribute([type, value]: readonly [number, Buffer]): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

function message(type: number, transaction: Buffer, body: Buffer, extraBytes: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(body.length + extraBytes, 2);
  head.writeUInt32BE(MAGIC, 4);
  return Buffer.concat([head, transaction, body]);
}

/** XOR-PEER-ADDRESS. */
function peerAddress(address: string, port: number, transaction: Buffer): Buffer {
  const bits = isIPv6(address) ? 128n : 32n;
  const { first } = rangeOf(address);
  const parts = isIPv6(address) ? first.split(':') : first.split('.');
  const [size, base] = isIPv6(address) ? [16n, 16] : [8n, 10];
  const value = parts.reduce((sum, part) => (sum << size) + BigInt(parseInt(part, base)), 0n);
  const mask =
    BigInt(`0x${Buffer.concat([word(MAGIC), transaction]).toString('hex')}`) >> (128n - bits);
  const hex = (value ^ mask).toString(16).padStart(Number(bits) / 4, '0');
  const head = Buffer.from([0, bits === 32n ? 1 : 2, 0, 0]);
  head.writeUInt16BE(port ^ (MAGIC >>> 16), 2);
  return Buffer.concat([head, Buffer.from(hex, 'hex')]);
}

function read(answer: Buffer): Answer {
  const attributes = new Map<number, Buffer>();
  for (let at = HEADER_BYTES; at + 4 <= answer.length;) {
    const length = answer.readUInt16BE(at + 2);
    attributes.set(answer.readUInt16BE(at), answer.subarray(at + 4, at + 4 + length));
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  const isError = (answer.readUInt16BE(0) & ERROR_CLASS) === ERROR_CLASS;
  const error = attributes.get(ATTRIBUTE.error);
  return { code: isError && error ? (error[2] ?? 0) * 100 + (error[3] ?? 0) : 200, attributes };
}

/** A socket of its own, and what a TURN server answers to it. */
export interface TurnSpeaker {
  /** Asks for a relayed address; `tcp` for one that relays TCP (RFC 6062). The code: 200 is success. */
  allocate(login: TurnLogin, options?: { family?: 4 | 6; tcp?: boolean }): Promise<number>;
  /** May it send to this address? After `allocate`. */
  permit(peer: string): Promise<number>;
  /** The other way to be allowed to send. */
  bind(peer: string): Promise<number>;
  /** Gives the allocation back. */
  free(): Promise<number>;
}

export function aTurnSpeaker(host: string, port: number): TurnSpeaker {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  onTestFinished(() => void socket.close());
  const state: { login?: TurnLogin; realm?: Buffer; nonce?: Buffer } = {};
  let channel = 0x4000;

  const exchange = (type: number, make: (transaction: Buffer) => Attributes): Promise<Answer> => {
    const transaction = randomBytes(12);
    const { login, realm, nonce } = state;
    const signed = login !== undefined && realm !== undefined && nonce !== undefined;
    const body = Buffer.concat(
      [
        ...make(transaction),
        ...(signed
          ? ([
              [ATTRIBUTE.username, Buffer.from(login.username)],
              [ATTRIBUTE.realm, realm],
              [ATTRIBUTE.nonce, nonce],
            ] as const)
          : []),
      ].map(attribute),
    );
    let request = message(type, transaction, body, 0);
    if (signed) {
      const text = `${login.username}:${realm.toString()}:${login.credential}`;
      const key = createHash('md5').update(text).digest();
      const covered = message(type, transaction, body, INTEGRITY_BYTES);
      const sum = createHmac('sha1', key).update(covered).digest();
      request = Buffer.concat([covered, attribute([ATTRIBUTE.integrity, sum])]);
    }
    return new Promise((resolve, reject) => {
      const onMessage = (answer: Buffer): void => {
        if (!answer.subarray(8, HEADER_BYTES).equals(transaction)) return;
        end();
        resolve(read(answer));
      };
      const send = (): void => socket.send(request, port, host);
      const again = setInterval(send, AGAIN_MS);
      const late = setTimeout(() => {
        end();
        reject(new Error('the TURN server does not answer'));
      }, GIVE_UP_MS);
      const end = (): void => {
        clearInterval(again);
        clearTimeout(late);
        socket.off('message', onMessage);
      };
      socket.on('message', onMessage);
      send();
    });
  };

  /** As {@link exchange}, once more with what the server asked to be repeated. */
  const ask = async (type: number, make: (transaction: Buffer) => Attributes): Promise<Answer> => {
    const first = await exchange(type, make);
    const { attributes, code } = first;
    const realm = attributes.get(ATTRIBUTE.realm);
    const nonce = attributes.get(ATTRIBUTE.nonce);
    const isChallenge = code === 438 || (code === 401 && state.nonce === undefined);
    if (!isChallenge || !realm || !nonce) return first;
    Object.assign(state, { realm, nonce });
    return exchange(type, make);
  };

  return {
    async allocate(login, { family = 4, tcp = false } = {}) {
      state.login = login;
      const { code } = await ask(ALLOCATE, () => [
        [ATTRIBUTE.transport, Buffer.from([tcp ? TCP : UDP, 0, 0, 0])],
        ...(family === 6 ? ([[ATTRIBUTE.family, Buffer.from([2, 0, 0, 0])]] as const) : []),
      ]);
      return code;
    },
    async permit(peer) {
      const attributes = (transaction: Buffer): Attributes => [
        [ATTRIBUTE.peer, peerAddress(peer, 9, transaction)],
      ];
      return (await ask(CREATE_PERMISSION, attributes)).code;
    },
    async bind(peer) {
      channel += 1;
      const number = channel;
      const attributes = (transaction: Buffer): Attributes => [
        [ATTRIBUTE.channel, Buffer.from([number >> 8, number & 0xff, 0, 0])],
        [ATTRIBUTE.peer, peerAddress(peer, 9, transaction)],
      ];
      return (await ask(CHANNEL_BIND, attributes)).code;
    },
    async free() {
      return (await ask(REFRESH, () => [[ATTRIBUTE.lifetime, word(0)]])).code;
    },
  };
}
