import { expect, test } from 'vitest';
import { WATCH_TAGS_MAX } from '#lib/protocol/limits.ts';
import { WATCH_PROTOCOL } from '#lib/protocol/names.ts';
import { WATCH_PUSH } from '#lib/protocol/watch.ts';
import { WATCH_REQUESTS_PER_MINUTE, WATCHERS_PER_ADDRESS } from '../src/limits/limits.ts';
import { createPresenceStore } from '../src/presence/presence-store.ts';
import { createWatchers } from '../src/presence/watchers.ts';
import { PRESENCE_ENVELOPE } from '#lib/protocol/presence-record.ts';
import { eventually } from './eventually.ts';
import { anEnvelope, aPublisher, found, publish, random, watch } from './network.ts';
import { aPeer, aRelay, connect, metric } from './peers.ts';

const dropped = (reason: string) =>
  `woxly_streams_dropped_total{protocol="watch",reason="${reason}"}`;

function aHub(isExempt = false) {
  const store = createPresenceStore({ maxBytes: 10_000_000, now: () => Date.now() });
  const watchers = createWatchers({ store, isExempt: () => isExempt });
  store.watch(({ tag, publisher }) => watchers.changed(tag, publisher));
  const open = (address = 'here') => {
    const watcher = watchers.open(address, () => {});
    if (watcher === 'too-many') throw new Error('too many');
    const said = () => {
      const pushes = [];
      for (let push = watcher.next(); push !== undefined; push = watcher.next()) {
        expect(push.byteLength).toBeLessThan(64 * 1024);
        pushes.push(WATCH_PUSH.decode(push));
      }
      return pushes;
    };
    return { ...watcher, said };
  };
  const put = (envelope = anEnvelope(), publisher = 'bob') => {
    store.put(PRESENCE_ENVELOPE.encode(envelope), publisher, publisher);
    return envelope;
  };
  return { store, watchers, open, put };
}

test('what waits to be said is what is true now, once', () => {
  const { open, put } = aHub();
  const { ask, said } = open();
  const first = anEnvelope();
  ask([first.tag]);
  expect(said()).toEqual([]);
  put(first);
  const second = put({ ...first, expires: first.expires + 1 });
  expect(said()).toEqual([{ records: [second], left: [] }]);
  expect(said()).toEqual([]);
});

test('somebody else beside a record changes nothing of it, and cannot say that its publisher has left', () => {
  const { store, watchers, open, put } = aHub();
  const { ask, said } = open();
  const truth = put();
  ask([truth.tag]);
  said();
  const lie = put(anEnvelope({ tag: truth.tag }), 'mallory');
  expect(said()).toEqual([{ records: [lie], left: [] }]);
  const tag = Buffer.from(truth.tag).toString('hex');
  store.leave(tag, 'mallory', lie.expires);
  watchers.left(tag);
  expect(said()).toEqual([]);
  store.leave(tag, 'bob', truth.expires);
  watchers.left(tag);
  expect(said()).toEqual([{ records: [], left: [truth.tag] }]);
  put({ ...truth, expires: truth.expires + 1 });
  expect(said()[0]?.left).toEqual([]);
});

test('a thousand tags with full records come in pushes that fit', () => {
  const { open, put } = aHub();
  const envelopes = Array.from({ length: 100 }, (_, place) =>
    put(anEnvelope({ sealed: random(6000) }), `peer ${place}`),
  );
  const { ask, said } = open();
  ask(envelopes.map(({ tag }) => tag));
  expect(said().flatMap((push) => push?.records)).toHaveLength(100);
});

test('watches and their tags are few from one address, and end with the watcher', () => {
  const { watchers, open } = aHub();
  const tags = Array.from({ length: WATCH_TAGS_MAX }, () => random(32));
  const asked = [];
  const all = [];
  for (let count = 0; count < WATCHERS_PER_ADDRESS; count += 1) {
    const watcher = open();
    all.push(watcher);
    asked.push(watcher.ask(tags));
  }
  expect(() => open()).toThrow('too many');
  expect(asked.filter((answer) => answer === 'watching')).toHaveLength(8);
  expect(open('elsewhere').ask(tags)).toBe('watching');
  expect([watchers.size, watchers.tags]).toEqual([WATCHERS_PER_ADDRESS + 1, 9 * WATCH_TAGS_MAX]);
  for (const watcher of all) {
    watcher.end();
    watcher.end();
  }
  expect([watchers.size, watchers.tags]).toEqual([1, WATCH_TAGS_MAX]);
  expect(open().ask(tags)).toBe('watching');
});

test.each([
  ['malformed', 'no request', Uint8Array.of(3, 0xff, 0xff, 0xff)],
  ['oversized', 'too long', Uint8Array.of(0xff, 0xff, 0x7f)],
])('a watch that is %s (%s) costs that stream only', async (reason, _, bytes) => {
  const relay = await aRelay();
  const connection = await connect(await aPeer(), relay);
  const stream = await connection.newStream([WATCH_PROTOCOL]);
  const cut = new Promise((resolve) => stream.addEventListener('close', resolve));
  stream.send(bytes);
  await cut;
  expect(await metric(relay, dropped(reason))).toBe(1);
  await watch(connection, [random(32)]);
  await eventually(async () => expect(await metric(relay, 'woxly_watched_tags')).toBe(1));
});

test('a newer watch of a peer ends the one before, and one that asks too often ends', async () => {
  const relay = await aRelay();
  const connection = await connect(await aPeer(), relay);
  const first = await watch(connection, [random(32)]);
  const cut = new Promise((resolve) => first.stream.addEventListener('close', resolve));
  const second = await watch(connection, [random(32), random(32)]);
  await cut;
  await eventually(async () => expect(await metric(relay, 'woxly_watched_tags')).toBe(2));
  expect(await metric(relay, 'woxly_watchers')).toBe(1);

  const over = new Promise((resolve) => second.stream.addEventListener('close', resolve));
  for (let count = 0; count <= WATCH_REQUESTS_PER_MINUTE; count += 1) {
    await second.ask([random(32)]).catch(() => {});
  }
  await over;
  expect(await metric(relay, dropped('too-often'))).toBe(1);
  await eventually(async () => expect(await metric(relay, 'woxly_watchers')).toBe(0));
});

test('who does not read is cut off, and others hear everything', async () => {
  const relay = await aRelay({ readTimeout: 1_000 });
  const envelopes = [];
  for (let count = 0; count < 4; count += 1) {
    const publisher = await aPublisher(relay);
    for (let place = 0; place < 4; place += 1) {
      const envelope = anEnvelope({ sealed: random(6000) });
      await publish(publisher, envelope);
      await found(relay, envelope.tag, [envelope]);
      envelopes.push(envelope);
    }
  }
  const tags = envelopes.map(({ tag }) => tag);
  const slow = await watch(await connect(await aPeer(), relay), tags);
  slow.stream.pause();
  for (let count = 0; count < 12; count += 1) await slow.ask(tags);
  await eventually(async () => expect(await metric(relay, dropped('slow'))).toBe(1), 10_000);
  const quick = await watch(await connect(await aPeer(), relay), tags);
  let heard = 0;
  while (heard < tags.length) heard += (await quick.next()).records.length;
  expect(heard).toBe(tags.length);
});
