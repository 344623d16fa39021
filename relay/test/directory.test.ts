import { expect, test } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import {
  FRAME_MAX_BYTES,
  RELAY_DESCRIPTOR_MAX_BYTES,
  RELAY_DESCRIPTOR_TTL_MS,
  RELAY_LIST_MAX,
} from '#lib/protocol/limits.ts';
import { RELAY_LIST } from '#lib/protocol/relay-list.ts';
import { openRelayDescriptor } from '#lib/protocol/relay-descriptor.ts';
import { createDirectory } from '../src/neighbours/directory.ts';
import type { Rank } from '../src/neighbours/directory.ts';
import { KNOWN_RELAYS_MAX, KNOWN_RELAYS_PER_HOST } from '../src/limits/limits.ts';
import { addressesToTell, createOwnDescriptor } from '../src/neighbours/own-descriptor.ts';
import { aDescriptor, aKey, idOf } from './lying-relay.ts';

function aDirectory() {
  const clock = { now: Date.now() };
  const ranks = new Map<string, Rank>();
  const directory = createDirectory({
    self: 'us',
    rankOf: (peer) => ranks.get(peer) ?? 'other',
    now: () => clock.now,
  });
  /** A relay of its own, at `host`, says what it is. */
  const tell = async (host: string, rank?: Rank) => {
    const key = await aKey();
    const peer = idOf(key);
    if (rank !== undefined) ranks.set(peer, rank);
    const addresses = [`/ip4/${host}/tcp/443/wss/p2p/${peer}` as RelayAddress];
    const [issued, expires] = [clock.now, clock.now + RELAY_DESCRIPTOR_TTL_MS];
    const sealed = await aDescriptor(key, { addresses, issued, expires });
    return { peer, key, addresses, sealed, outcome: await directory.take(sealed, peer, peer) };
  };
  return { clock, directory, ranks, tell };
}

test('made-up relays fill a directory and push nobody out; those that count find a place', async () => {
  const { directory, clock, tell } = aDirectory();
  const first = await tell('9.0.0.1');
  for (let count = 1; count < KNOWN_RELAYS_MAX; count += 1) {
    expect((await tell(`10.0.${count >> 2}.1`)).outcome).toBe('kept');
  }
  expect((await tell('8.8.8.8')).outcome).toBe('full');
  const neighbour = await tell('8.8.8.8', 'neighbour');
  const given = await tell('8.8.4.4', 'given');
  expect([neighbour.outcome, given.outcome]).toEqual(['kept', 'kept']);
  expect(directory.size).toBe(KNOWN_RELAYS_MAX);
  expect(directory.list(2)).toEqual([given.sealed, neighbour.sealed]);

  const renewed = await aDescriptor(given.key, {
    addresses: given.addresses,
    issued: clock.now + 60_000,
    expires: clock.now + 60_000 + RELAY_DESCRIPTOR_TTL_MS,
  });
  expect(await directory.take(renewed, given.peer, given.peer)).toBe('kept');
  expect(await directory.take(given.sealed, given.peer, given.peer), 'a replay').toBe('older');
  expect(await directory.take(given.sealed, first.peer, first.peer)).toBe('other-relay');

  clock.now += RELAY_DESCRIPTOR_TTL_MS + 1000;
  directory.sweep();
  expect(directory.all().map(({ peer }) => peer)).toEqual([given.peer]);
});

test('the longest descriptors are told by as many as an answer holds', async () => {
  const { directory } = aDirectory();
  for (let count = 0; count < KNOWN_RELAYS_MAX; count += 1) {
    const key = await aKey();
    const peer = idOf(key);
    const name = `${count}.${'a.'.repeat(77)}ex`.slice(0, 160);
    const addresses = [`/dns4/${name}/tcp/65535/wss/p2p/${peer}` as RelayAddress];
    const sealed = await aDescriptor(key, {
      addresses,
      operator: 'x'.repeat(64),
      version: 'x'.repeat(32),
    });
    expect(await directory.take(sealed, peer, peer)).toBe('kept');
  }
  const descriptors = directory.list(RELAY_LIST_MAX);
  expect(descriptors).toHaveLength(RELAY_LIST_MAX);
  expect(RELAY_LIST.encode({ descriptors }).byteLength).toBeLessThan(FRAME_MAX_BYTES / 2);
});

test('one host has few places', async () => {
  const { tell } = aDirectory();
  const outcomes = [];
  for (let count = 0; count < 2 * KNOWN_RELAYS_PER_HOST; count += 1) {
    outcomes.push((await tell('9.9.9.9')).outcome);
  }
  expect(outcomes.filter((outcome) => outcome === 'kept')).toHaveLength(KNOWN_RELAYS_PER_HOST);
  expect((await tell('9.9.9.10')).outcome).toBe('kept');
  expect((await tell('9.9.9.9', 'given')).outcome).toBe('kept');
});

test('a relay tells the addresses that are of use to most', async () => {
  const end = `/tcp/80/ws/p2p/${idOf(await aKey())}`;
  const loopback = `/ip4/127.0.0.1${end}`;
  const own = `/ip4/10.0.0.1${end}`;
  const open = `/ip4/9.9.9.9${end}`;
  const named = `/dns4/relay.example${end}`;
  expect(addressesToTell([own, open, loopback, named, open])).toEqual([open, named]);
  expect(addressesToTell([loopback, own])).toEqual([own]);
  expect(addressesToTell([loopback, 'garbage'])).toEqual([loopback]);
});

test.each([
  [
    'the longest name, operator and version',
    [`/dns4/${'a.'.repeat(79)}ex/tcp/65535/wss`],
    'я'.repeat(99),
    [0],
  ],
  [
    'a WebSocket and WebRTC, each of both families',
    ['/ip4/9.9.9.9', '/ip6/2a00::9:9'].flatMap((ip) => [
      `${ip}/tcp/8080/ws`,
      `${ip}/udp/8080/webrtc-direct/certhash/uEiAkH5a4DPGKUuOBjYw0CgwjvcJCJMD2K_1aluKR_tpevQ`,
    ]),
    'Example',
    [0, 1, 2, 3],
  ],
])('a descriptor has room for %s', async (_, starts, operator, told) => {
  const { sealed, addresses } = await anOwnDescriptor(starts, operator);
  const opened = await openRelayDescriptor(sealed, Date.now());
  expect(opened?.addresses).toEqual(told.map((at) => addresses[at]));
});

test('what does not fit into a descriptor is left out, and both kinds of address are there', async () => {
  const many = Array.from({ length: 40 }, (_, n) => [
    `/ip4/9.9.9.${n}/tcp/8080/ws`,
    `/ip4/9.9.9.${n}/udp/8080/webrtc-direct/certhash/uEiAkH5a4DPGKUuOBjYw0CgwjvcJCJMD2K_1aluKR_tpevQ`,
  ]).flat();
  const { sealed, addresses } = await anOwnDescriptor(many, 'я'.repeat(99));
  expect(sealed.byteLength).toBeLessThanOrEqual(RELAY_DESCRIPTOR_MAX_BYTES);
  const opened = await openRelayDescriptor(sealed, Date.now());
  expect(opened?.addresses.slice(0, 2)).toEqual(addresses.slice(0, 2));
});

async function anOwnDescriptor(starts: readonly string[], operator: string) {
  const privateKey = await aKey();
  const addresses = starts.map((start) => `${start}/p2p/${idOf(privateKey)}`);
  const own = createOwnDescriptor({
    privateKey,
    operator,
    multiaddrs: addresses,
    version: '1.0.0-rc.1',
    state: () => ({ reservations: 1e9, reservationsMax: 1e9, turn: true }),
    now: () => Date.now(),
    random: () => 0.5,
  });
  await own.renew();
  return { addresses, sealed: own.sealed ?? new Uint8Array() };
}

test('the own descriptor is renewed after about a third of its life, and when TURN comes or goes', async () => {
  const privateKey = await aKey();
  const clock = { now: 1_800_000_000_000 };
  const state = { reservations: 3, reservationsMax: 10, turn: false };
  const own = createOwnDescriptor({
    privateKey,
    multiaddrs: [`/ip4/9.9.9.9/tcp/80/ws/p2p/${idOf(privateKey)}`],
    operator: 'я'.repeat(40),
    version: '1.0.0',
    state: () => state,
    now: () => clock.now,
    random: () => 0.5,
  });
  expect(await own.renew()).toBe('renewed');
  const first = own.sealed;
  expect(await openRelayDescriptor(first ?? new Uint8Array(), clock.now)).toMatchObject({
    operator: 'я'.repeat(32),
    ...state,
  });
  clock.now += RELAY_DESCRIPTOR_TTL_MS / 4;
  expect(await own.renew()).toBe('as-before');
  expect(own.sealed).toBe(first);
  state.turn = true;
  expect(await own.renew()).toBe('renewed');
  clock.now += RELAY_DESCRIPTOR_TTL_MS / 3;
  expect(await own.renew()).toBe('renewed');
});
