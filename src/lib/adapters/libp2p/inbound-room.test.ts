import { expect, test } from 'vitest';
import { generatePair } from '#lib/protocol/ed25519.ts';
import { deviceKeyOf } from '#lib/protocol/key-text.ts';
import type { InboundConnection } from '#lib/patches/upgrade-guard.ts';
import { inboundRoom } from './inbound-room.ts';

const aDevice = async () => deviceKeyOf((await generatePair()).publicKey);
const RELAY = await aDevice();
const CONTACT = await aDevice();
const STRANGER = await aDevice();

function aRoom() {
  const clock = { now: 0 };
  const admit = inboundRoom({ isKnown: (device) => device === CONTACT, now: () => clock.now });
  const comesFrom = (device: string, relay: string = RELAY) =>
    admit({
      remoteAddr: `/ip4/127.0.0.1/tcp/1/ws/p2p/${relay}/p2p-circuit/p2p/${device}`,
    } as unknown as InboundConnection);
  /** Whether a handshake that succeeds at once was let in. */
  const comes = (device: string): boolean => {
    const settle = comesFrom(device);
    settle?.();
    return settle !== undefined;
  };
  return { clock, comesFrom, comes };
}

test('a stranger that comes again and again is left outside, and others are not', async () => {
  const { comes } = aRoom();
  const times = Array.from({ length: 20 }, () => comes(STRANGER));
  expect(times.filter(Boolean)).toHaveLength(4);
  expect(comes(await aDevice())).toBe(true);
});

test('strangers together get little, whoever the relay says that they are, and contacts come in beside them', async () => {
  const { clock, comes } = aRoom();
  const strangers = await Promise.all(Array.from({ length: 50 }, aDevice));
  expect(strangers.filter(comes)).toHaveLength(8);
  expect([1, 2, 3, 4].map(() => comes(CONTACT))).toEqual([true, true, true, true]);
  clock.now += 1_000;
  expect(strangers.filter(comes)).toHaveLength(3);
});

test('handshakes of strangers that never end keep no contact outside, and make room when they fail', async () => {
  const { clock, comesFrom, comes } = aRoom();
  const settles = [];
  for (let count = 0; count < 20; count += 1) {
    settles.push(comesFrom(await aDevice()));
    clock.now += 1_000;
  }
  const begun = settles.filter((settle) => settle !== undefined);
  expect(begun).toHaveLength(8);
  expect(comes(CONTACT)).toBe(true);
  begun[0]?.();
  expect(comes(await aDevice())).toBe(true);
});

test('a device that is known has its own room too, so that a relay that lies cannot come as it for ever', () => {
  const { clock, comes } = aRoom();
  const flood = () => Array.from({ length: 100 }, () => comes(CONTACT)).filter(Boolean).length;
  expect(flood()).toBe(16);
  clock.now += 1_000;
  expect(flood()).toBe(2);
});

test('what names nobody is a stranger', () => {
  const { comesFrom } = aRoom();
  const nobody = Array.from({ length: 9 }, () => comesFrom('somebody')).filter((one) => one);
  expect(nobody).toHaveLength(4);
});
