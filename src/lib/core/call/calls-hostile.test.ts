import { beforeEach, describe, expect, test } from 'vitest';
import type { CallId } from '#lib/domain/ids.ts';
import { callIdOf, decodeCallFrame, encodeCallFrame } from '#lib/protocol/call-frame.ts';
import { publicKeyOf } from '#lib/protocol/key-text.ts';
import { CALL_PROTOCOL } from '#lib/protocol/names.ts';
import { CallWorld, ring } from '#lib/testing/call-people.ts';
import type { CallPerson } from '#lib/testing/call-people.ts';
import { settled, until } from '#lib/testing/fake-clock.ts';
import { CALL_FRAMES } from './ways/call-frames.ts';

let world: CallWorld;
let alice: CallPerson;
let bob: CallPerson;

beforeEach(async () => {
  world = new CallWorld();
  alice = await world.person(1, 'Alice');
  bob = await world.person(2, 'Bob');
});

const { signal } = new AbortController();

describe('hostile peers', () => {
  const callId = callIdOf(new Uint8Array(16).fill(1));
  const open = () => alice.node.open(bob.device, CALL_PROTOCOL, [world.relay.address], { signal });

  async function closed(...frames: readonly Uint8Array<ArrayBuffer>[]): Promise<boolean> {
    const channel = await open();
    let ends = 0;
    channel.listen({ onFrame: () => undefined, onClose: () => (ends += 1) });
    for (const frame of frames) channel.send(frame);
    for (let turns = 0; turns < 20 && ends === 0; turns += 1) await settled();
    return ends > 0;
  }

  const ringOf = (part: object = {}) =>
    encodeCallFrame({
      callId,
      sequence: 1,
      acknowledged: 0,
      body: {
        type: 'ring',
        certificate: alice.certificate,
        name: 'Mallory',
        offer: 'fake-sdp 99 1',
        callee: publicKeyOf(bob.key),
        issued: world.clock.now(),
        expires: world.clock.now() + 60_000,
        ...part,
      },
    });

  test('an honest RING rings, so that the refusals below mean something', async () => {
    expect(await closed(ringOf())).toBe(false);
    expect(bob.shows).toBe('incoming');
  });

  test('garbage closes the channel', async () => {
    expect(await closed(Uint8Array.of(1, 2, 3))).toBe(true);
  });

  test('a RING with the certificate of somebody else closes the channel', async () => {
    const carol = await world.person(3, 'Carol');
    expect(await closed(ringOf({ certificate: carol.certificate }))).toBe(true);
    expect(bob.shows).toBe('nothing');
  });

  test('a RING with a certificate that was changed closes the channel', async () => {
    const { payload, signature } = alice.certificate;
    const changed = signature.map((byte, index) => (index === 7 ? byte ^ 1 : byte));
    expect(await closed(ringOf({ certificate: { payload, signature: changed } }))).toBe(true);
    expect(bob.shows).toBe('nothing');
  });

  test('a RING with SDP that no browser makes closes the channel', async () => {
    expect(await closed(ringOf({ offer: 'v=0' }))).toBe(true);
    expect(bob.shows).toBe('nothing');
  });

  test('a flood closes the channel', async () => {
    const beat = encodeCallFrame({
      callId,
      sequence: 0,
      acknowledged: 0,
      body: { type: 'candidate', candidate: 'candidate:1' },
    });
    expect(await closed(...Array.from({ length: 1_000 }, () => beat))).toBe(true);
  });

  test('frames after a RING wait for its verification', async () => {
    const candidate = encodeCallFrame({
      callId,
      sequence: 2,
      acknowledged: 0,
      body: { type: 'candidate', candidate: 'candidate:1' },
    });
    bob.knows(alice);
    await closed(ringOf(), candidate);
    expect(bob.paths.last.candidates).toHaveLength(1);
  });

  test('a candidate that is not wanted, before its RING, ends nothing', async () => {
    bob.knows(alice);
    const frame = (sequence: number) =>
      encodeCallFrame({
        callId,
        sequence,
        acknowledged: 0,
        body: { type: 'candidate', candidate: 'over TCP', mid: '0', mLineIndex: 0 },
      });
    const channel = await open();
    const said: (string | undefined)[] = [];
    channel.listen({
      onFrame: (bytes) => said.push(decodeCallFrame(bytes)?.body.type),
      onClose: () => undefined,
    });
    channel.send(frame(2));
    await settled();
    expect(said).toEqual([]);
    channel.send(ringOf());
    await until(() => bob.shows === 'incoming', 'incoming');
    expect(said).not.toContain('hangup');
  });

  test('a channel that brings nothing is closed', async () => {
    const channel = await open();
    let isClosed = false;
    channel.listen({ onFrame: () => undefined, onClose: () => (isClosed = true) });
    await world.pass(CALL_FRAMES.channels.firstFrameMs);
    expect(isClosed).toBe(true);
  });

  test('one device holds a few channels only', async () => {
    const most = CALL_FRAMES.channels.inboundPerDevice;
    for (let more = 0; more <= most + 3; more += 1) await open();
    await settled();
    const held = world.network.channelsBetween(alice.device, bob.device);
    expect(held).toHaveLength(most);
  });

  test('an ACCEPT in a call that was cancelled is answered by HANGUP', async () => {
    await ring(alice, bob);
    const id = alice.calls.current?.id as CallId;
    alice.calls.hangUp();
    await bob.show('ended: cancelled-by-peer');
    const [channel] = world.network.channelsBetween(alice.device, bob.device);
    const end = channel?.device === alice.device ? channel : channel?.far;
    end?.send(
      encodeCallFrame({
        callId: id,
        sequence: 2,
        acknowledged: 1,
        body: { type: 'accept', certificate: alice.certificate, answer: 'fake-sdp 9 9' },
      }),
    );
    await until(() => bob.heard(alice).some(({ type }) => type === 'hangup'), 'a HANGUP');
  });
});
