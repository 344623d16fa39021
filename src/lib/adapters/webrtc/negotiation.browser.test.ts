import { afterEach, expect, test } from 'vitest';
import { ENCODINGS } from './encoding.ts';
import type { EncodingName } from './encoding.ts';
import { Negotiation } from './negotiation.ts';
import { packetsCome, soundOf } from './page-calls.ts';

const closing: { close(): void }[] = [];
afterEach(() => {
  for (const one of closing.splice(0)) one.close();
});

/** A connection with sound in one direction, from the one who offers. */
async function sending(encoding: EncodingName) {
  const [from, to] = [new RTCPeerConnection(), new RTCPeerConnection()];
  from.onicecandidate = ({ candidate }) => void to.addIceCandidate(candidate ?? undefined);
  to.onicecandidate = ({ candidate }) => void from.addIceCandidate(candidate ?? undefined);
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
  closing.push(from, to, { close: () => microphone.getTracks().forEach((track) => track.stop()) });
  const offers = new Negotiation(from, ENCODINGS[encoding], () => undefined);
  const answers = new Negotiation(to, ENCODINGS.normal, () => undefined);
  from.createDataChannel('call', { negotiated: true, id: 0 });
  const answer = await answers.answer(await offers.offer());
  await offers.takeAnswer(answer);
  await offers.send('microphone', microphone.getAudioTracks()[0] ?? null);
  await packetsCome(to, 5);
  return { from, to, offers, answers };
}

/** Bytes of sound a packet, over twenty packets that follow. */
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

test('redundancy goes on and off without a word with the peer', async () => {
  const { from, to, offers, answers } = await sending('normal');
  const words = to.localDescription?.sdp;
  // 20 ms at 32 kbit/s, all the same size.
  await expect.poll(() => packetBytes(from), { timeout: 15_000 }).toBe(80);
  await offers.encode(ENCODINGS.redundant);
  // Each packet carries the one before as well, and 5 bytes that say so.
  await expect.poll(() => packetBytes(from), { timeout: 15_000 }).toBe(165);
  await packetsCome(to, 20);
  await offers.encode(ENCODINGS.normal);
  await expect.poll(() => packetBytes(from), { timeout: 15_000 }).toBe(80);
  expect(to.localDescription?.sdp).toBe(words);
  expect([from.signalingState, to.signalingState]).toEqual(['stable', 'stable']);
  // And both can still agree on something new.
  await offers.takeAnswer(await answers.answer(await offers.restartOffer()));
  await packetsCome(to, 20);
});

test('a change while an offer waits is made with its answer', async () => {
  const { from, offers, answers } = await sending('normal');
  const offer = await offers.restartOffer();
  await offers.encode(ENCODINGS.redundant);
  expect(from.signalingState).toBe('have-local-offer');
  await offers.takeAnswer(await answers.answer(offer));
  await expect.poll(() => packetBytes(from), { timeout: 15_000 }).toBe(165);
});

test('low is 60 ms at 24 kbit/s, all of the same size', async () => {
  const { from, offers } = await sending('normal');
  await offers.encode(ENCODINGS.low);
  await expect.poll(() => packetBytes(from), { timeout: 15_000 }).toBe(180);
});

test('an answer that does not fit leaves what was agreed in force', async () => {
  const { from, to, offers, answers } = await sending('normal');
  const fingerprint = offers.fingerprint;
  const offer = await offers.restartOffer();
  await expect(offers.takeAnswer('v=0')).rejects.toThrow();
  expect(offers.fingerprint).toBe(fingerprint);
  await offers.takeAnswer(await answers.answer(offer));
  await packetsCome(to, 20);
  expect(from.signalingState).toBe('stable');
});
