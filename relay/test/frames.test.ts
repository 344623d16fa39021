import type { Connection } from '@libp2p/interface';
import { expect, test } from 'vitest';
import { LOOKUP_PROTOCOL } from '#lib/protocol/names.ts';
import {
  SMALL_FRAMES_AT_ONCE,
  SMALL_FRAMES_PER_SECOND,
  STREAM_WINDOW_BYTES,
  STREAMS_AT_ONCE,
} from '#lib/patches/stream-budget.ts';
import { eventually } from './eventually.ts';
import { aPeer, aRelay, connect, lookUp, metric } from './peers.ts';

/** Frames of yamux that cost who receives them more than who sends them, beside peers that behave. */

const WINDOW_UPDATE = 1;
const PING = 2;
const SYN = 1;
const RST = 8;
const A_TAG = new Uint8Array(32);

/** The parts of a connection through which one can say anything. */
interface Raw {
  readonly muxer: {
    sendFrame(header: object, data?: Uint8Array): void;
    /** Where it is answered to a ping. */
    handlePingResponse(): void;
    createStream(): Promise<{ send(data: Uint8Array): boolean; status: string } & EventTarget>;
    readonly maConn: {
      readonly handshake: { encrypt(message: Uint8Array): { subarray(): Uint8Array } };
      readonly stream: { send(data: Uint8Array): boolean };
    };
  };
}
const rawly = (connection: Connection): Raw['muxer'] => (connection as unknown as Raw).muxer;

const cut = (reason: string) => `woxly_connections_cut_total{reason="${reason}"}`;
const isClosed = (connection: Connection) =>
  eventually(() => expect(connection.status).not.toBe('open'));

/** Opens streams and resets each at once. */
function openAndReset(connection: Connection, times: number): void {
  const muxer = rawly(connection);
  for (let streamID = 1001; streamID < 1001 + 2 * times; streamID += 2) {
    muxer.sendFrame({ type: WINDOW_UPDATE, flag: SYN, streamID, length: 0 });
    muxer.sendFrame({ type: WINDOW_UPDATE, flag: RST, streamID, length: 0 });
  }
}

async function aScene() {
  const relay = await aRelay();
  const honest = await connect(await aPeer(), relay);
  const hostile = await connect(await aPeer(), relay);
  const isServed = async () => (await lookUp(honest, [A_TAG])).length === 0;
  return { relay, hostile, isServed };
}

test('streams that are opened and reset at once cost their sender the connection, and others are served', async () => {
  const { relay, hostile, isServed } = await aScene();
  openAndReset(hostile, 10 * STREAMS_AT_ONCE);
  expect(await isServed()).toBe(true);
  await isClosed(hostile);
  expect(await metric(relay, cut('streams'))).toBe(1);
  expect(await isServed()).toBe(true);
});

test('as many streams as an app opens at once are served', async () => {
  const { relay, hostile } = await aScene();
  for (let count = 0; count < STREAMS_AT_ONCE / 2; count += 1) await lookUp(hostile, [A_TAG]);
  expect(hostile.status).toBe('open');
  expect(await metric(relay, cut('streams'))).toBe(0);
});

const floods: [string, (muxer: Raw['muxer']) => void][] = [
  ['pings', (muxer) => muxer.sendFrame({ type: PING, flag: SYN, streamID: 0, length: 7_777 })],
  [
    'empty frames of streams that are not there',
    (muxer) => muxer.sendFrame({ type: WINDOW_UPDATE, flag: 0, streamID: 999, length: 0 }),
  ],
  [
    'encrypted messages without a byte',
    ({ maConn }) => {
      const message = maConn.handshake.encrypt(new Uint8Array()).subarray();
      maConn.stream.send(Uint8Array.of(0, message.byteLength, ...message));
    },
  ],
];

test.each(floods)('a flood of %s costs its sender the connection', async (_, send) => {
  const { relay, hostile, isServed } = await aScene();
  const muxer = rawly(hostile);
  muxer.handlePingResponse = () => {};
  // More than the budget regains meanwhile on a slow machine.
  for (let count = 0; count < SMALL_FRAMES_AT_ONCE + 6 * SMALL_FRAMES_PER_SECOND; count += 1) {
    send(muxer);
  }
  await isClosed(hostile);
  expect(await metric(relay, cut('frames'))).toBe(1);
  expect(await isServed()).toBe(true);
});

test('a frame that announces more than a window is not gathered', async () => {
  const { relay, hostile, isServed } = await aScene();
  const length = 0x7fffffff;
  const begun = new Uint8Array(STREAM_WINDOW_BYTES + 1);
  rawly(hostile).sendFrame({ type: 0, flag: SYN, streamID: 1001, length }, begun);
  await isClosed(hostile);
  expect(await metric(relay, cut('frame-length'))).toBe(1);
  expect(await isServed()).toBe(true);
});

test('a stream on which protocols are proposed without end is reset, and the next one is served', async () => {
  const { relay, hostile } = await aScene();
  const stream = await rawly(hostile).createStream();
  const reset = new Promise((resolve) => stream.addEventListener('close', resolve));
  const proposals = new Uint8Array(3_000).map((_, place) => [2, 0x61, 0x0a][place % 3] ?? 0);
  stream.send(proposals);
  await reset;
  expect(stream.status).toBe('reset');
  expect(await metric(relay, cut('proposals'))).toBe(1);
  expect(await lookUp(hostile, [A_TAG])).toEqual([]);
  const picky = await hostile.newStream(['/none/1', '/none/2', '/none/3', LOOKUP_PROTOCOL]);
  expect(picky.protocol).toBe(LOOKUP_PROTOCOL);
});
