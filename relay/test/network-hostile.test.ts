import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { NEIGHBOUR_PROTOCOL, RELAYS_TOPIC } from '#lib/protocol/names.ts';
import {
  NEIGHBOUR_RELAYS_MAX,
  PRESENCE_TTL_MS,
  RELAY_DESCRIPTION_MAX_BYTES,
  RELAY_LIST_MAX,
} from '#lib/protocol/limits.ts';
import {
  DESCRIPTORS_PER_MINUTE,
  DIALS_FOUND_PER_MINUTE,
  KNOWN_RELAYS_MAX,
} from '../src/limits/limits.ts';
import { eventually } from './eventually.ts';
import {
  anEnvelope,
  aPublication,
  aPublisher,
  aRelayBeside,
  askRelays,
  found,
  neighbours,
  publish,
  random,
  watch,
} from './network.ts';
import { addressOf, aPeer, aRelay, connect, lookUp, metric } from './peers.ts';
import type { Peer } from './peers.ts';
import { aDescriptor, aKey, aLyingRelay, aSignedRecord, idOf } from './lying-relay.ts';

const descriptors = (outcome: string) => `woxly_descriptors_received_total{outcome="${outcome}"}`;
const presence = (outcome: string) => `woxly_presence_received_total{outcome="${outcome}"}`;

/** Gossips a descriptor, or whatever. */
async function gossip(peer: Peer, bytes: Uint8Array): Promise<void> {
  const { gossip } = peer.services;
  await eventually(() => expect(gossip.getSubscribers(RELAYS_TOPIC)).toHaveLength(1), 5000);
  await gossip.publish(RELAYS_TOPIC, bytes);
}

test('a descriptor is kept only from the relay that it names, with its own addresses, while it is fresh', async () => {
  const relay = await aRelay();
  const key = await aKey();
  const other = await aKey();
  const peer = await aPeer({ privateKey: key });
  const connection = await connect(peer, relay);
  const addresses = [`/ip4/203.0.113.1/tcp/443/wss/p2p/${idOf(other)}` as RelayAddress];
  const stale = { issued: 1, expires: Date.now() - 1 };
  const refused = async (bytes: Uint8Array, outcome: string) => {
    const before = await metric(relay, descriptors(outcome));
    await gossip(peer, bytes);
    await eventually(async () =>
      expect(await metric(relay, descriptors(outcome))).toBe(before + 1),
    );
  };
  await refused(await aDescriptor(other), 'other-relay');
  const foreign = await aDescriptor(key, { relay: new Uint8Array(other.publicKey.raw) });
  await refused(foreign, 'malformed');
  expect(await askRelays(connection)).toHaveLength(1);

  // Three in a row and a peer is not listened to for a while: the rest by others.
  for (const given of [{ addresses }, stale, { addresses: [] }]) {
    const mine = await aKey();
    const someone = await aPeer({ privateKey: mine });
    await connect(someone, relay);
    const before = await metric(relay, descriptors('malformed'));
    await gossip(someone, await aDescriptor(mine, given));
    await eventually(async () =>
      expect(await metric(relay, descriptors('malformed'))).toBe(before + 1),
    );
  }
  expect(await askRelays(connection)).toHaveLength(1);
  expect(await metric(relay, 'woxly_known_relays')).toBe(0);
});

test('however many relays there are, a new visitor can read what this one is, and learn of them', async () => {
  const operator = '"'.repeat(99);
  const announce = Array.from({ length: 300 }, (_, n) => `/dns4/${n}.example/tcp/443/wss`);
  const relay = await aRelay({ operator, announce });
  const neighbours = await Promise.all([aLyingRelay(relay), aLyingRelay(relay)]);
  const known = async () => metric(relay, 'woxly_known_relays');
  for (let left = KNOWN_RELAYS_MAX; left > 0; left -= NEIGHBOUR_RELAYS_MAX) {
    const relays = await Promise.all(
      Array.from({ length: NEIGHBOUR_RELAYS_MAX }, async () => aDescriptor(await aKey())),
    );
    await neighbours[left % (2 * NEIGHBOUR_RELAYS_MAX) === 0 ? 0 : 1].push({ relays });
  }
  await eventually(async () => expect(await known()).toBe(KNOWN_RELAYS_MAX), 5000);

  const text = await (await fetch(`${relay.url}/relay.json`)).text();
  expect(Buffer.byteLength(text)).toBeLessThan(RELAY_DESCRIPTION_MAX_BYTES / 2);
  expect(JSON.parse(text)).toMatchObject({ peerId: relay.peerId, knownRelays: KNOWN_RELAYS_MAX });
  expect((JSON.parse(text) as { multiaddrs: string[] }).multiaddrs[0]).toBe(addressOf(relay));
  const visitor = await connect(await aPeer(), relay);
  expect(await askRelays(visitor)).toHaveLength(RELAY_LIST_MAX);
});

test('somebody who is no neighbour cannot speak for others, neither relays nor publishers', async () => {
  const relay = await aRelay();
  const other = await aPeer();
  const forwarder = await aPublisher(relay);
  // Gossipsub forwards what it takes from others: here, from a peer that the relay does not know.
  const hidden = await aRelay({ neighbours: 0 });
  await connect(forwarder, hidden);
  await connect(other, hidden);
  const topic = 'woxly_presence_received_total{outcome="not-its-own"}';
  forwarder.services.gossip.subscribe('/woxly/presence/1/0');
  await eventually(
    () => expect(other.services.gossip.getSubscribers('/woxly/presence/1/0')).toHaveLength(1),
    5000,
  );
  const envelope = anEnvelope();
  await eventually(async () => {
    await publish(other, anEnvelope({ tag: envelope.tag }));
    expect(await metric(relay, topic)).toBeGreaterThan(0);
  }, 10_000);
  const connection = await connect(await aPeer(), relay);
  expect(await lookUp(connection, [envelope.tag])).toEqual([]);
});

test('a flood of descriptors leads to a few dials a minute, however many relays are made up', async () => {
  let knocks = 0;
  const victim = createServer((socket) => {
    knocks += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => victim.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void victim.close());
  const { port } = victim.address() as AddressInfo;
  const relay = await aRelay();
  for (let count = 0; count < 2 * DIALS_FOUND_PER_MINUTE; count += 1) {
    const key = await aKey();
    const peer = await aPeer({ privateKey: key });
    await connect(peer, relay);
    const addresses = [`/ip4/127.0.0.1/tcp/${port}/ws/p2p/${idOf(key)}` as RelayAddress];
    await gossip(peer, await aDescriptor(key, { addresses }));
    // The relay dials only who is not connected, and known.
    await eventually(async () => expect(await metric(relay, descriptors('kept'))).toBe(count + 1));
    await peer.stop();
  }
  await eventually(async () => {
    expect(await metric(relay, 'woxly_neighbour_dials_total{outcome="failed"}')).toBe(
      DIALS_FOUND_PER_MINUTE,
    );
  }, 15_000);
  expect(knocks).toBeLessThanOrEqual(DIALS_FOUND_PER_MINUTE);
});

test('one that floods descriptors is heard a few times a minute', async () => {
  const relay = await aRelay({ neighbours: 0 });
  const key = await aKey();
  const peer = await aPeer({ privateKey: key });
  await connect(peer, relay);
  const issued = Date.now();
  const sent = 3 * DESCRIPTORS_PER_MINUTE;
  for (let count = 0; count < sent; count += 1) {
    await gossip(peer, await aDescriptor(key, { issued: issued + count }));
  }
  await eventually(async () => {
    // Signatures are checked side by side: one may be overtaken by the next.
    const outcomes = ['kept', 'older', 'too-often'].map((outcome) =>
      metric(relay, descriptors(outcome)),
    );
    const [kept = 0, older = 0, tooOften = 0] = await Promise.all(outcomes);
    expect(kept + older + tooOften).toBe(sent);
    expect(kept + older).toBeLessThan(2 * DESCRIPTORS_PER_MINUTE);
  });
});

test('a lying relay fills two places of a tag and no more; who comes in person has one', async () => {
  const relay = await aRelayBeside([]);
  const one = await aLyingRelay(relay);
  const other = await aLyingRelay(relay);
  await neighbours(relay, 2);
  const tag = random(32);
  const lies = () =>
    Promise.all(Array.from({ length: 4 }, () => aSignedRecord(anEnvelope({ tag }))));
  await one.push({ records: await lies() });
  expect(await metric(relay, 'woxly_presence_records')).toBe(2);
  await other.push({ records: await lies() });
  expect(await metric(relay, presence('tag-full'))).toBe(5);
  expect(await metric(relay, 'woxly_presence_records')).toBe(3);

  const truth = anEnvelope({ tag });
  await publish(await aPublisher(relay), truth);
  await eventually(async () => {
    const records = await lookUp(await connect(await aPeer(), relay), [tag]);
    expect(records).toHaveLength(4);
    expect(records).toContainEqual(truth);
  }, 5000);
});

test('a flood of records through a neighbour fills its share, and people of this relay have room', async () => {
  const relay = await aRelayBeside([], { presenceBytes: 131_072 });
  const liar = await aLyingRelay(relay);
  for (let count = 0; count < 6; count += 1) {
    const records = [];
    for (let place = 0; place < 8; place += 1) {
      records.push(await aSignedRecord(anEnvelope({ sealed: random(2000) })));
    }
    await liar.push({ records });
  }
  expect(await metric(relay, presence('source-full'))).toBeGreaterThan(30);
  expect(await metric(relay, 'woxly_presence_bytes')).toBeLessThanOrEqual(131_072 / 4);
  await aPublication(relay);
});

test('a record that its publisher did not sign, or bytes that are nothing, end a neighbour, for a while', async () => {
  const relay = await aRelayBeside([]);
  const good = await aSignedRecord(anEnvelope());
  const changed = { ...good, signature: good.signature.map((byte) => byte ^ 1) };
  const forger = await aLyingRelay(relay);
  await neighbours(relay, 1);
  await expect(forger.push({ records: [changed] })).rejects.toThrow();
  await neighbours(relay, 0);
  expect(await metric(relay, 'woxly_presence_records')).toBe(0);

  const babbler = await aLyingRelay(relay);
  await neighbours(relay, 1);
  await expect(babbler.send(Uint8Array.of(0xff, 0xff))).rejects.toThrow();
  await neighbours(relay, 0);

  // Asking anew does not help.
  const [connection] = forger.peer.getConnections();
  const stream = await connection?.newStream([NEIGHBOUR_PROTOCOL]);
  const cut = new Promise((resolve) => stream?.addEventListener('close', resolve));
  stream?.send(Uint8Array.of(2, 10, 0));
  await cut;
  expect(await metric(relay, 'woxly_neighbours')).toBe(0);
});

test('a lying relay cannot say that somebody has left who is here, nor displace or age a record', async () => {
  const relay = await aRelayBeside([]);
  const liar = await aLyingRelay(relay);
  const { bob, envelope } = await aPublication(relay);
  const { publicKey } = bob.peerId;
  if (publicKey === undefined) throw new Error('an Ed25519 peer ID holds its key');
  const publisher = new Uint8Array(publicKey.raw);
  const { tag, expires } = envelope;
  await liar.push({ left: [{ tag, publisher, expires: expires + PRESENCE_TTL_MS }] });
  const pushes = await watch(await connect(await aPeer(), relay), [tag]);
  expect(await pushes.next()).toEqual({ records: [envelope], left: [] });
  await expect(
    liar.push({
      records: [{ ...(await aSignedRecord(anEnvelope({ tag, expires: expires + 1 }))), publisher }],
    }),
  ).rejects.toThrow();
  await found(relay, tag, [envelope]);
});
