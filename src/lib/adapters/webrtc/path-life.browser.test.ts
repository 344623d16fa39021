import { afterEach, expect, test, vi } from 'vitest';
import type { OpenMicrophone } from '#lib/ports/media.ts';
import { RtcMediaPath } from './media-path.ts';
import { browserMicrophones } from './microphones.ts';
import { connect, twoSides } from '#lib/testing/two-paths.ts';
import { packetsCome, pageClock, soundOf } from './page-calls.ts';
import type { Side } from '#lib/testing/two-paths.ts';

const never = new AbortController().signal;
const closing: { close(): void }[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const one of closing.splice(0)) one.close();
});

interface Call {
  readonly alice: Side;
  readonly bob: Side;
  readonly connections: readonly [alice: RTCPeerConnection, bob: RTCPeerConnection];
}

/** A call that is connected; Bob plays what Alice sends. */
async function call(): Promise<Call> {
  // A page that records may play without a tap.
  await microphone();
  const connections = [new RTCPeerConnection(), new RTCPeerConnection()] as const;
  const unused = [...connections];
  const sides = twoSides((events) => {
    const connection = unused.shift() ?? new RTCPeerConnection();
    return new RtcMediaPath(connection, pageClock, events);
  });
  closing.push(...sides.map(({ path }) => path));
  await connect(sides);
  sides[1].path.play();
  return { alice: sides[0], bob: sides[1], connections };
}

async function microphone(): Promise<OpenMicrophone> {
  const opened = await browserMicrophones.open(undefined, never);
  closing.push(opened);
  return opened;
}

/** A microphone of the test's own, which gives digital silence until it is told to speak. */
async function stage(): Promise<{ readonly opened: OpenMicrophone; speak(loud: boolean): void }> {
  const context = new AudioContext();
  const voice = new OscillatorNode(context);
  const gain = new GainNode(context, { gain: 0 });
  const out = context.createMediaStreamDestination();
  voice.connect(gain).connect(out);
  voice.start();
  await context.resume();
  closing.push({ close: () => void context.close() });
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockResolvedValueOnce(out.stream);
  return {
    opened: await microphone(),
    speak: (loud) => {
      gain.gain.value = loud ? 0.5 : 0;
    },
  };
}

test('is broken when expected packets stop, and connected when they come again', async () => {
  const { alice, bob, connections } = await call();
  const opened = await microphone();
  bob.path.expect({ sending: true, muted: false });
  await alice.path.send('microphone', opened);
  await packetsCome(connections[1], 10);
  await alice.path.send('microphone', undefined);
  await bob.told.reaches('broken');
  // The browser itself has noticed nothing.
  expect(connections[1].connectionState).toBe('connected');
  await alice.path.send('microphone', opened);
  await bob.told.reaches('connected');
});

test('a peer who is muted, and one who sends nothing and says so, break nothing', async () => {
  const { alice, bob, connections } = await call();
  const opened = await microphone();
  opened.setMuted(true);
  bob.path.expect({ sending: true, muted: true });
  await alice.path.send('microphone', opened);
  // Two seconds of packets.
  await packetsCome(connections[1], 100);
  bob.path.expect({ sending: false, muted: false });
  await alice.path.send('microphone', undefined);
  // The other way two seconds of packets show that time passed.
  const [own] = connections;
  alice.path.expect({ sending: true, muted: true });
  await bob.path.send('microphone', opened);
  await packetsCome(own, 100);
  expect(bob.told.states).toEqual(['connected']);
  expect(alice.told.states).toEqual(['connected']);
  expect(bob.told.hearing).toEqual([]);
});

test('ICE is restarted under a call that goes on: packets never stop, and it is said to be connected', async () => {
  const { alice, bob, connections } = await call();
  await alice.path.send('microphone', await microphone());
  bob.path.expect({ sending: true, muted: false });
  await packetsCome(connections[1], 10);
  const offer = await alice.path.restartOffer([{ urls: ['stun:127.0.0.1:9'] }]);
  await packetsCome(connections[1], 10);
  await alice.path.takeAnswer(await bob.path.answer(offer, [{ urls: ['stun:127.0.0.1:9'] }]));
  await packetsCome(connections[1], 50);
  expect(new Set([...alice.told.states, ...bob.told.states])).toEqual(new Set(['connected']));
  expect(connections[0].getConfiguration().iceServers?.[0]?.urls).toEqual(['stun:127.0.0.1:9']);
});

test('digital silence of a peer who is not muted is told, and so is that they are heard again', async () => {
  const { alice, bob } = await call();
  const { opened, speak } = await stage();
  await alice.path.send('microphone', opened);
  const started = vi.spyOn(HTMLMediaElement.prototype, 'play');
  bob.path.expect({ sending: true, muted: false });
  await bob.told.until(() => bob.told.hearing.length === 1);
  expect(bob.told.hearing).toEqual(['silent']);
  expect(started).toHaveBeenCalledTimes(1);
  speak(true);
  await bob.told.until(() => bob.told.hearing.length === 2);
  expect(bob.told.hearing).toEqual(['silent', 'heard']);
  expect(bob.told.states).toEqual(['connected']);
  await expect.poll(() => bob.path.level(), { timeout: 15_000 }).toBeGreaterThan(0.1);
});

/** Bytes of sound in the packets that this side sends from now on; those underway at the change are left out. */
async function packetBytes(connection: RTCPeerConnection): Promise<number> {
  const sent = async () => {
    const { packetsSent = 0, bytesSent = 0 } = (await soundOf(connection, 'outbound-rtp')) ?? {};
    return { packetsSent, bytesSent };
  };
  const before = await sent();
  let now = before;
  while (now.packetsSent < before.packetsSent + 20) now = await sent();
  return (now.bytesSent - before.bytesSent) / (now.packetsSent - before.packetsSent);
}

test.each(['alice', 'bob'] as const)('%s saves without a word with the other', async (who) => {
  const { connections, ...sides } = await call();
  const connection = connections[who === 'alice' ? 0 : 1];
  const { path, told } = sides[who];
  await path.send('microphone', await microphone());
  await expect.poll(() => packetBytes(connection), { timeout: 15_000 }).toBe(80);
  path.setDataSaver(true);
  await told.until(() => told.sparse.length === 1);
  expect(told.sparse).toEqual([true]);
  expect((await path.quality()).encoding).toBe('saver');
  // 60 ms of at most 16 kbit/s; DTX sends less.
  const opus = () => connection.getTransceivers()[0]?.sender.getParameters().codecs[0]?.sdpFmtpLine;
  expect(opus()).toMatch(/cbr=0.*maxaveragebitrate=16000.*ptime=60.*usedtx=1/);
  await expect.poll(() => packetBytes(connection), { timeout: 15_000 }).not.toBe(80);
  path.setDataSaver(false);
  await told.until(() => told.sparse.length === 2);
  expect(told.sparse).toEqual([true, false]);
  await expect.poll(() => packetBytes(connection), { timeout: 15_000 }).toBe(80);
  expect(told.states).toEqual(['connected']);
});

test('a call in one page is good', async () => {
  const { alice, bob, connections } = await call();
  await alice.path.send('microphone', await microphone());
  await packetsCome(connections[1], 10);
  await bob.path.quality();
  // Across a change of the candidate pair there is no figure for the wire.
  await expect
    .poll(
      async () => {
        await packetsCome(connections[1], 50);
        const { receiveKbps = 0, wireKbps = 0 } = await bob.path.quality();
        return receiveKbps > 0 && wireKbps > receiveKbps;
      },
      { timeout: 15_000 },
    )
    .toBe(true);
  const { mark, encoding, turnHosts } = await bob.path.quality();
  expect({ mark, encoding, turnHosts }).toEqual({ mark: { grade: 'good' }, encoding: 'normal' });
});
