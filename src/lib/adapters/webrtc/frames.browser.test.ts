import { afterEach, expect, test, vi } from 'vitest';
import type { Bytes } from '#lib/domain/bytes.ts';
import { FRAME_MAX_BYTES } from '#lib/protocol/limits.ts';
import { RtcMediaPath } from './media-path.ts';
import { connect, twoSides } from '#lib/testing/two-paths.ts';
import { pageClock } from './page-calls.ts';
import type { Side } from '#lib/testing/two-paths.ts';

const closing: { close(): void }[] = [];
afterEach(() => {
  for (const one of closing.splice(0)) one.close();
});

/** Two sides of a call, with their connections and channels. */
function sides() {
  const connections: RTCPeerConnection[] = [];
  const channels: RTCDataChannel[] = [];
  const [alice, bob] = twoSides((events) => {
    const connection = new RTCPeerConnection();
    connections.push(connection);
    const make = connection.createDataChannel.bind(connection);
    vi.spyOn(connection, 'createDataChannel').mockImplementation((label, options) => {
      const channel = make(label, options);
      channels.push(channel);
      return channel;
    });
    return new RtcMediaPath(connection, pageClock, events);
  });
  closing.push(alice.path, bob.path);
  return [alice, bob, { connections, channels }] as const;
}

const frame = (length: number, fill: number): Bytes => new Uint8Array(length).fill(fill);
const open = ({ told }: Side) => told.until(() => told.framesOpen.at(-1) === true);

test('frames go both ways, whole and in order, once the peer was verified', async () => {
  const [alice, bob] = sides();
  expect(alice.path.sendFrame(frame(1, 1))).toBe(false);
  await connect([alice, bob]);
  await Promise.all([open(alice), open(bob)]);
  expect(alice.path.sendFrame(frame(3, 1))).toBe(true);
  expect(alice.path.sendFrame(frame(FRAME_MAX_BYTES, 2))).toBe(true);
  expect(bob.path.sendFrame(frame(5, 3))).toBe(true);
  await bob.told.until(() => bob.told.frames.length === 2);
  await alice.told.until(() => alice.told.frames.length === 1);
  expect(bob.told.frames).toEqual([frame(3, 1), frame(FRAME_MAX_BYTES, 2)]);
  expect(alice.told.frames).toEqual([frame(5, 3)]);
});

test('what is too much is refused: one frame, and what waits', async () => {
  const [alice, bob] = sides();
  await connect([alice, bob]);
  await open(alice);
  expect(alice.path.sendFrame(frame(FRAME_MAX_BYTES + 1, 1))).toBe(false);
  const most = frame(FRAME_MAX_BYTES, 1);
  const taken = Array.from({ length: 20 }, () => alice.path.sendFrame(most));
  expect(taken[0]).toBe(true);
  expect(taken.at(-1)).toBe(false);
  // What was taken arrives, and then there is room again.
  const sent = taken.filter(Boolean).length;
  await bob.told.until(() => bob.told.frames.length === sent);
  expect(alice.path.sendFrame(most)).toBe(true);
});

test('frames sent before the end arrive, and then there is no way to send', async () => {
  const [alice, bob] = sides();
  await connect([alice, bob]);
  await Promise.all([open(alice), open(bob)]);
  const told = alice.told.framesOpen.length;
  for (const fill of [1, 2, 3]) alice.path.sendFrame(frame(FRAME_MAX_BYTES, fill));
  alice.path.close();
  expect(alice.path.sendFrame(frame(1, 1))).toBe(false);
  await bob.told.until(() => bob.told.framesOpen.at(-1) === false);
  expect(bob.told.frames.map(([first]) => first)).toEqual([1, 2, 3]);
  expect(bob.path.sendFrame(frame(1, 1))).toBe(false);
  expect(alice.told.framesOpen).toHaveLength(told);
});

test('text and frames beyond the limit of a hostile peer are dropped', async () => {
  const [alice, bob, { channels }] = sides();
  await connect([alice, bob]);
  await Promise.all([open(alice), open(bob)]);
  const [, hostile] = channels;
  hostile?.send('text');
  hostile?.send(frame(FRAME_MAX_BYTES + 1, 1));
  hostile?.send(frame(2, 2));
  await alice.told.until(() => alice.told.frames.length > 0);
  expect(alice.told.frames).toEqual([frame(2, 2)]);
});

test('nothing is sent to a peer with another certificate than the one signalled, nor taken from it', async () => {
  const [alice, bob, { connections }] = sides();
  const [connection] = connections;
  if (connection === undefined) throw new Error('no connection');
  const { getRemoteCertificates } = RTCDtlsTransport.prototype;
  vi.spyOn(RTCDtlsTransport.prototype, 'getRemoteCertificates').mockImplementation(function (
    this: RTCDtlsTransport,
  ) {
    const isAlices = this === connection.getTransceivers()[0]?.receiver.transport;
    return isAlices ? [new Uint8Array(9).buffer] : getRemoteCertificates.call(this);
  });
  await alice.path.takeAnswer(await bob.path.answer(await alice.path.offer()));
  await alice.told.reaches('not-secure');
  await open(bob);
  expect(bob.path.sendFrame(frame(1, 1))).toBe(true);
  expect(alice.path.sendFrame(frame(1, 1))).toBe(false);
  // What Bob sent before has arrived once his channel is closed in good order.
  bob.path.close();
  await expect.poll(() => connection.connectionState, { timeout: 15_000 }).not.toBe('connected');
  expect(alice.told.frames).toEqual([]);
  expect(alice.told.framesOpen).toEqual([]);
  expect(alice.told.states).toEqual(['not-secure']);
});
