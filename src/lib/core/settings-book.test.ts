import { beforeEach, expect, test } from 'vitest';
import type { RelayAddress, RelayId } from '#lib/domain/ids.ts';
import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import { identityKeyOf, relayIdOfKey } from '#lib/protocol/key-text.ts';
import { memoryStores } from '#lib/testing/memory-stores.ts';
import type { MemoryStores } from '#lib/testing/memory-stores.ts';
import {
  createSettingsBook,
  ICE_SERVERS_MAX,
  OWN_RELAYS_MAX,
  REFUSED_RELAYS_MAX,
} from './settings-book.ts';
import type { SettingsBook } from './settings-book.ts';

const relay = (number: number) =>
  `/ip4/192.0.2.${number}/tcp/443/ws/p2p/${identityKeyOf(new Uint8Array(32))}` as RelayAddress;

let stores: MemoryStores;
let settings: SettingsBook;
const load = () => createSettingsBook(stores);

beforeEach(async () => {
  stores = memoryStores();
  settings = await load();
});

test('begins with the defaults', () => {
  expect(settings.current).toEqual(DEFAULT_SETTINGS);
});

test('a change is kept and told, and leaves the rest alone', async () => {
  let changes = 0;
  settings.watch(() => (changes += 1));
  await settings.change({ hideAddress: true, microphone: 'usb' });
  await settings.change({ relays: [relay(1), relay(2), relay(1)] });
  const expected = {
    ...DEFAULT_SETTINGS,
    hideAddress: true,
    microphone: 'usb',
    relays: [relay(1), relay(2)],
  };
  expect(settings.current).toEqual(expected);
  expect(changes).toBe(2);
  expect((await load()).current).toEqual(expected);
});

test('changes at the same time all count', async () => {
  await Promise.all([settings.change({ hideAddress: true }), settings.change({ ringVolume: 0.1 })]);
  expect((await load()).current).toMatchObject({ hideAddress: true, ringVolume: 0.1 });
});

test("an empty device is the system's default again", async () => {
  await settings.change({ microphone: 'usb', speaker: 'hdmi' });
  await settings.change({ microphone: '', speaker: '' });
  expect(settings.current).toEqual(DEFAULT_SETTINGS);
});

test.each([
  [7, 1],
  [-1, 0],
  [Number.NaN, 1],
])('a ring volume of %d is %d', async (given, kept) => {
  await settings.change({ ringVolume: given });
  expect(settings.current.ringVolume).toBe(kept);
});

test('a relay that is none changes nothing', async () => {
  const change = settings.change({
    hideAddress: true,
    relays: [relay(1), 'wss://relay.example' as RelayAddress],
  });
  await expect(change).rejects.toMatchObject({ name: 'WoxlyError', reason: 'bad-address' });
  expect(settings.current).toEqual(DEFAULT_SETTINGS);
});

test('more relays than anybody needs are cut', async () => {
  await settings.change({ relays: Array.from({ length: 40 }, (_, number) => relay(number)) });
  expect(settings.current.relays).toHaveLength(OWN_RELAYS_MAX);
});

test('stored relays that are none are not dialled', async () => {
  await stores.write((to) =>
    to.saveSettings({ ...DEFAULT_SETTINGS, relays: ['junk' as RelayAddress, relay(1)] }),
  );
  expect((await load()).current.relays).toEqual([relay(1)]);
});

test('of refused relays the latest are kept, and only peer IDs', async () => {
  const ids = Array.from({ length: 70 }, (_, n) => relayIdOfKey(new Uint8Array(32).fill(n)));
  await settings.change({
    refusedRelays: ['junk' as RelayId, ...ids],
    preferredRelays: ['/x' as RelayId, ...ids.slice(0, 1)],
  });
  expect(settings.current.refusedRelays).toEqual(ids.slice(-REFUSED_RELAYS_MAX));
  expect(settings.current.preferredRelays).toEqual([ids[0]]);
});

test.each([
  { url: 'https://example.org' },
  { url: 'stun:' },
  { url: 'stun:turn.example:25' },
  { url: 'turn:turn.example' },
  { url: 'turn:turn.example', username: 'a', credential: '' },
  { url: 'stun:turn.example?transport=udp' },
])('a server that a browser would not take changes nothing: %j', async (server) => {
  const change = settings.change({ hideAddress: true, iceServers: [server] });
  await expect(change).rejects.toMatchObject({ reason: 'bad-address' });
  expect(settings.current).toEqual(DEFAULT_SETTINGS);
});

test('a few servers of one’s own are kept', async () => {
  const turn = { url: 'turns:[2001:db8::1]:443?transport=tcp', username: 'a', credential: 'b' };
  const stun = (n: number) => ({ url: `stun:s${n}.example` });
  await settings.change({ iceServers: [turn, ...[1, 2, 3, 4, 5].map(stun)] });
  expect(settings.current.iceServers).toEqual([turn, stun(1), stun(2), stun(3)]);
  expect(ICE_SERVERS_MAX).toBe(4);
});

test('on a full disk the old settings stand', async () => {
  stores.failWith = new Error('full');
  await expect(settings.change({ hideAddress: true })).rejects.toThrow('full');
  expect(settings.current).toEqual(DEFAULT_SETTINGS);
});
