import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { RELAYS_TOPIC } from '#lib/protocol/names.ts';
import { RELAY_DESCRIPTOR_TTL_MS } from '#lib/protocol/limits.ts';
import { deviceKeyOf } from '#lib/protocol/key-text.ts';
import { openRelayDescriptor } from '#lib/protocol/relay-descriptor.ts';
import { eventually } from './eventually.ts';
import {
  aLine,
  anEnvelope,
  aPublication,
  aRelayBeside,
  askRelays,
  found,
  neighbours,
  publish,
  random,
  watch,
} from './network.ts';
import { addressOf, aPeer, aRelay, connect, metric, newFolder } from './peers.ts';

test('a record that is published at one relay is found at every other, and at one that comes later', async () => {
  const [a, , c] = await aLine();
  const { bob, envelope } = await aPublication(a, c);

  const d = await aRelayBeside([c]);
  await found(d, envelope.tag, [envelope]);
  const renewed = anEnvelope({ tag: envelope.tag, expires: envelope.expires + 1000 });
  await publish(bob, renewed);
  await found(d, envelope.tag, [renewed]);
});

test('records that came by greeting go on to neighbours from before, through relays between', async () => {
  const a = await aRelayBeside([]);
  const { envelope } = await aPublication(a);
  const b = await aRelayBeside([]);
  const c = await aRelayBeside([b]);
  await neighbours(c, 1);
  // Only now there is a way from A to C, and nothing is published any more.
  await aRelayBeside([a, b]);
  await found(c, envelope.tag, [envelope]);
});

test('who watches at one relay hears of changes at another, and that a publisher has left', async () => {
  const [a, , c] = await aLine();
  const { bob, envelope: first } = await aPublication(a, c);

  const alice = await aPeer();
  const pushes = await watch(await connect(alice, c), [first.tag, random(32)]);
  expect(await pushes.next()).toEqual({ records: [first], left: [] });
  const second = anEnvelope({ tag: first.tag, expires: first.expires + 1 });
  await publish(bob, second);
  expect(await pushes.next()).toEqual({ records: [second], left: [] });

  await bob.stop();
  expect(await pushes.next()).toEqual({ records: [], left: [first.tag] });
  expect(await metric(c, 'woxly_watchers')).toBe(1);
  expect(await metric(c, 'woxly_watched_tags')).toBe(2);

  const again = await watch(await connect(await aPeer(), a), [first.tag]);
  expect(await again.next()).toEqual({ records: [second], left: [first.tag] });
});

test('a relay that comes later learns who has left as well', async () => {
  const a = await aRelayBeside([]);
  const { bob, envelope } = await aPublication(a);
  const here = await watch(await connect(await aPeer(), a), [envelope.tag]);
  expect((await here.next()).left).toEqual([]);
  await bob.stop();
  expect((await here.next()).left).toEqual([envelope.tag]);

  const b = await aRelayBeside([a]);
  await found(b, envelope.tag, [envelope]);
  await eventually(async () => {
    const pushes = await watch(await connect(await aPeer(), b), [envelope.tag]);
    expect((await pushes.next()).left).toEqual([envelope.tag]);
  }, 5000);
});

test('descriptors reach whoever asks late, and whoever subscribes late', async () => {
  const relays = await aLine();
  const ids = relays.map(({ peerId }) => peerId).sort();
  const namesOf = (list: readonly { relay: Uint8Array }[]): string[] =>
    list.map(({ relay }) => String(deviceKeyOf(relay))).sort();

  const late = await aPeer();
  const connection = await connect(late, relays[2]);
  await eventually(async () => expect(namesOf(await askRelays(connection))).toEqual(ids), 10_000);
  expect((await askRelays(connection))[0]?.addresses).toEqual([addressOf(relays[2])]);

  const { gossip } = late.services;
  const heard = new Promise<Uint8Array>((resolve) =>
    gossip.addEventListener('message', ({ detail }) => resolve(detail.data)),
  );
  gossip.subscribe(RELAYS_TOPIC);
  const descriptor = await openRelayDescriptor(new Uint8Array(await heard), Date.now());
  expect(descriptor).toMatchObject({
    addresses: [addressOf(relays[2])],
    reservationsMax: 1000,
    reservations: 0,
    turn: false,
    shards: 1,
  });
  const life = (descriptor?.expires ?? 0) - (descriptor?.issued ?? 0);
  expect(life).toBe(RELAY_DESCRIPTOR_TTL_MS);
});

test('relays that know one in common find each other', async () => {
  const hub = await aRelay();
  const one = await aRelay({ peer: [addressOf(hub)] });
  const other = await aRelay({ peer: [addressOf(hub)] });
  await neighbours(one, 2);
  await neighbours(other, 2);
});

/** A port that was free a moment ago. */
async function aFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('a neighbour that was gone is dialled again when it is back, and hears what it has missed', async () => {
  const data = await newFolder();
  const port = await aFreePort();
  const first = await aRelayBeside([], { data, port });
  const b = await aRelayBeside([first]);
  await neighbours(b, 1);
  await first.stop();
  await neighbours(b, 0);
  const { envelope } = await aPublication(b);

  const back = await aRelayBeside([], { data, port });
  expect(back.peerId).toBe(first.peerId);
  await neighbours(b, 1);
  await found(back, envelope.tag, [envelope]);
});
