import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { onTestFinished } from 'vitest';
import { rangeOf } from '../src/turn/peer-ranges.ts';
import {
  ALLOCATE,
  MAGIC_COOKIE,
  REFRESH,
  TRANSACTION_BYTES,
  challengeOf,
  readStunAnswer,
  stunRequest,
} from '../src/turn/stun-message.ts';
import type { Attribute, Challenge, StunAnswer, TurnLogin } from '../src/turn/stun-message.ts';

/** Just enough of TURN (RFC 8656) over UDP to try what a TURN server lets through. */

const CREATE_PERMISSION = 0x0008;
const CHANNEL_BIND = 0x0009;
const ATTRIBUTE = {
  channel: 0x000c,
  lifetime: 0x000d,
  peer: 0x0012,
  family: 0x0017,
  transport: 0x0019,
} as const;
const UDP = 17;
const TCP = 6;
const AGAIN_MS = 300;
const GIVE_UP_MS = 10_000;

type Attributes = readonly Attribute[];

/** XOR-PEER-ADDRESS. */
function peerAddress(address: string, port: number, transaction: Buffer): Buffer {
  const bits = isIPv6(address) ? 128n : 32n;
  const { first } = rangeOf(address);
  const parts = isIPv6(address) ? first.split(':') : first.split('.');
  const [size, base] = isIPv6(address) ? [16n, 16] : [8n, 10];
  const value = parts.reduce((sum, part) => (sum << size) + BigInt(parseInt(part, base)), 0n);
  const mask =
    BigInt(`0x${Buffer.concat([MAGIC_COOKIE, transaction]).toString('hex')}`) >> (128n - bits);
  const hex = (value ^ mask).toString(16).padStart(Number(bits) / 4, '0');
  const head = Buffer.from([0, bits === 32n ? 1 : 2, 0, 0]);
  head.writeUInt16BE(port ^ MAGIC_COOKIE.readUInt16BE(0), 2);
  return Buffer.concat([head, Buffer.from(hex, 'hex')]);
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
  let login: TurnLogin | undefined;
  let challenge: Challenge | undefined;
  let channel = 0x4000;

  const exchange = (
    type: number,
    make: (transaction: Buffer) => Attributes,
  ): Promise<StunAnswer> => {
    const transaction = randomBytes(TRANSACTION_BYTES);
    const signed = login && challenge && { login, challenge };
    const request = stunRequest(type, transaction, make(transaction), signed);
    return new Promise((resolve, reject) => {
      const onMessage = (answer: Buffer): void => {
        const read = readStunAnswer(answer, transaction);
        if (read === undefined) return;
        end();
        resolve(read);
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
  const ask = async (
    type: number,
    make: (transaction: Buffer) => Attributes,
  ): Promise<StunAnswer> => {
    const first = await exchange(type, make);
    const isChallenge = first.code === 438 || (first.code === 401 && challenge === undefined);
    const given = isChallenge ? challengeOf(first) : undefined;
    if (given === undefined) return first;
    challenge = given;
    return exchange(type, make);
  };

  return {
    async allocate(as, { family = 4, tcp = false } = {}) {
      login = as;
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
      return (await ask(REFRESH, () => [[ATTRIBUTE.lifetime, Buffer.alloc(4)]])).code;
    },
  };
}
