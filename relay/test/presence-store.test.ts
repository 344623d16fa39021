import { expect, test } from 'vitest';
import {
  FRAME_MAX_BYTES,
  PRESENCE_MAX_AHEAD_MS,
  PRESENCE_MAX_BYTES,
  PRESENCE_PER_TAG,
  PRESENCE_TAG_BYTES,
} from '#lib/protocol/limits.ts';
import { LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import { PRESENCE_ENVELOPE } from '#lib/protocol/presence-record.ts';
import { PRESENCE_PER_PUBLISHER, PRESENCE_PER_SOURCE } from '../src/limits/limits.ts';
import { createPresenceStore } from '../src/presence/presence-store.ts';
import { sharesOf } from '../src/limits/share.ts';

const START = 1_800_000_000_000;
const MINUTE_MS = 60_000;

const tag = (name: number) => new Uint8Array(PRESENCE_TAG_BYTES).fill(name);
const record = (name: number, expires = START + 20 * MINUTE_MS, length = 500) =>
  PRESENCE_ENVELOPE.encode({
    tag: tag(name),
    expires,
    nonce: new Uint8Array(12),
    sealed: new Uint8Array(length).fill(name),
  });

function aStore(maxBytes = 10_000_000) {
  const clock = { now: START };
  const store = createPresenceStore({ maxBytes, now: () => clock.now });
  /** Published by a peer over its own connection. */
  const put = (message: Uint8Array, peer: string) => store.put(message, peer, peer);
  const expiriesOf = (name: number) =>
    store.find([tag(name)]).map(({ expires }) => expires - START);
  return { clock, store, put, expiriesOf };
}

test('a record is found under its tag until it expires', () => {
  const { clock, store, put } = aStore();
  expect(put(record(1), 'bob')).toBe('kept');
  expect(store.find([tag(2)])).toEqual([]);
  expect(store.find([tag(1), tag(1)])).toEqual([PRESENCE_ENVELOPE.decode(record(1))]);
  clock.now += 20 * MINUTE_MS;
  expect(store.find([tag(1)])).toEqual([]);
});

test('expired records give their memory back', () => {
  const { clock, store, put } = aStore();
  put(record(1, START + MINUTE_MS), 'bob');
  put(record(2, START + 3 * MINUTE_MS), 'carol');
  const bytes = store.bytes;
  clock.now += 2 * MINUTE_MS;
  store.sweep();
  expect(store.size).toBe(1);
  expect(store.bytes).toBe(bytes / 2);
  clock.now += 2 * MINUTE_MS;
  store.sweep();
  expect([store.size, store.bytes]).toEqual([0, 0]);
});

test.each([
  ['malformed', Uint8Array.of(1, 2, 3)],
  ['malformed', new Uint8Array(0)],
  ['malformed', record(1, START + 1, PRESENCE_MAX_BYTES + 1)],
  ['malformed', record(1).slice(0, -1)],
  ['expired', record(1, START)],
  ['too-far-ahead', record(1, START + PRESENCE_MAX_AHEAD_MS + 1)],
] as const)('a message that is %s is not kept', (outcome, message) => {
  const { store, put } = aStore();
  expect(put(message, 'bob')).toBe(outcome);
  expect(store.size).toBe(0);
});

test('a record that expires just within the window is kept', () => {
  expect(aStore().put(record(1, START + PRESENCE_MAX_AHEAD_MS), 'bob')).toBe('kept');
});

test('a publisher replaces its own record by a newer one, and no replay brings the old one back', () => {
  const { store, put, expiriesOf } = aStore();
  const old = record(1, START + 5 * MINUTE_MS);
  put(old, 'bob');
  expect(put(record(1, START + 9 * MINUTE_MS), 'bob')).toBe('kept');
  expect(put(old, 'bob')).toBe('older');
  expect(expiriesOf(1)).toEqual([9 * MINUTE_MS]);
  expect(store.size).toBe(1);
});

test('records of several publishers stand beside each other, and nobody displaces anybody', () => {
  const { put, expiriesOf } = aStore();
  put(record(1, START + MINUTE_MS), 'bob');
  for (let count = 1; count < PRESENCE_PER_TAG; count += 1) {
    expect(put(record(1, START + 25 * MINUTE_MS), `mallory ${count}`)).toBe('kept');
  }
  expect(put(record(1, START + 25 * MINUTE_MS), 'mallory again')).toBe('tag-full');
  expect(expiriesOf(1)).toContain(MINUTE_MS);
  expect(put(record(1, START + 2 * MINUTE_MS), 'bob'), 'bob goes on').toBe('kept');
});

test('a place of an expired record is free for others', () => {
  const { clock, put } = aStore();
  for (let count = 0; count < PRESENCE_PER_TAG; count += 1)
    put(record(1, START + MINUTE_MS), `peer ${count}`);
  clock.now += MINUTE_MS;
  expect(put(record(1), 'bob')).toBe('kept');
});

test('a publisher has few places, and so has the connection that hands records over', () => {
  const { store } = aStore();
  let name = 0;
  for (let count = 0; count < PRESENCE_PER_PUBLISHER; count += 1) {
    expect(store.put(record((name += 1)), 'mallory', 'mallory')).toBe('kept');
  }
  expect(store.put(record((name += 1)), 'mallory', 'mallory')).toBe('publisher-full');
  for (let count = PRESENCE_PER_PUBLISHER; count < PRESENCE_PER_SOURCE; count += 1) {
    expect(store.put(record((name += 1)), `made up ${count}`, 'mallory')).toBe('kept');
  }
  expect(store.put(record((name += 1)), 'made up', 'mallory')).toBe('source-full');
  expect(store.put(record((name += 1)), 'bob', 'bob'), 'others have theirs').toBe('kept');
});

test('when memory is full newcomers wait, and who is there stays and may renew', () => {
  const { clock, store, put, expiriesOf } = aStore(100_000);
  expect(put(record(1, START + 2 * MINUTE_MS), 'bob')).toBe('kept');
  let count = 0;
  while (put(record(count % 250, START + 25 * MINUTE_MS, 6000), `mallory ${count}`) === 'kept')
    count += 1;
  expect(count).toBeGreaterThan(5);
  expect(store.bytes).toBeLessThanOrEqual(100_000);
  expect(put(record(251, START + 25 * MINUTE_MS, 6000), 'carol')).toBe('memory-full');
  expect(expiriesOf(1)).toContain(2 * MINUTE_MS);
  expect(put(record(1, START + 3 * MINUTE_MS), 'bob')).toBe('kept');
  clock.now += 26 * MINUTE_MS;
  expect(put(record(251, clock.now + MINUTE_MS, 6000), 'carol')).toBe('kept');
});

test('an answer fits into a frame, and padded records do not crowd out small ones', () => {
  const { store } = aStore();
  let count = 0;
  for (let name = 0; name < 8; name += 1) {
    for (let place = 1; place < PRESENCE_PER_TAG; place += 1) {
      const outcome = store.put(
        record(name, undefined, PRESENCE_MAX_BYTES),
        `m${(count += 1)}`,
        `m${count}`,
      );
      expect(outcome).toBe('kept');
    }
    expect(store.put(record(name, undefined, 2000), `bob ${name}`, `bob ${name}`)).toBe('kept');
  }
  const records = store.find(Array.from({ length: 8 }, (_, name) => tag(name)));
  const small = records.filter(({ sealed }) => sealed.byteLength === 2000);
  expect(small).toHaveLength(8);
  const frame = LOOKUP_RESPONSE.encode({ records });
  expect(frame.byteLength).toBeLessThanOrEqual(FRAME_MAX_BYTES);
  expect(frame.byteLength).toBeGreaterThan(FRAME_MAX_BYTES - 7000);
  expect(LOOKUP_RESPONSE.decode(frame)?.records).toHaveLength(records.length);
});

/** Peers by name, at the address before the dash: `192.0.2.1-bob`. */
const addressOf = (peer: string) => sharesOf(peer.split('-')[0] ?? '');

function aSharedStore(maxBytes: number) {
  const store = createPresenceStore({ maxBytes, now: () => START, addressOf });
  let published = 0;
  const publish = (peer: string): string => {
    published += 1;
    return store.put(numbered(published), peer, peer);
  };
  /** New publishers of an address until one is turned away. */
  const flood = (address: string, most: number): number => {
    let kept = 0;
    while (kept < most && publish(`${address}-${kept}`) === 'kept') kept += 1;
    return kept;
  };
  const has = (peer: string): boolean => store.inPerson(peer).length > 0;
  const leave = (peer: string) => {
    for (const { tag: left, expires } of store.inPerson(peer)) store.leave(left, peer, expires);
  };
  return { store, publish, flood, has, leave };
}

function numbered(name: number): Uint8Array {
  const own = new Uint8Array(PRESENCE_TAG_BYTES);
  new DataView(own.buffer).setUint32(0, name);
  const sealed = new Uint8Array(500);
  return PRESENCE_ENVELOPE.encode({
    tag: own,
    expires: START + 20 * MINUTE_MS,
    nonce: new Uint8Array(12),
    sealed,
  });
}
const ROOM_BYTES = 1024 * 1024;
const ALL = 1_000_000;

test.each([
  ['an IPv4 address', (n: number) => `192.0.2.1-${n}`],
  ['an IPv6 /64', (n: number) => `2001:db8::${n.toString(16)}-x`],
  ['an IPv6 /56', (n: number) => `2001:db8:0:${(n % 256).toString(16)}::${n.toString(16)}-x`],
])('publishers that are thrown away fill no more than a part of the memory from %s', (_, name) => {
  const { store, publish, has, leave } = aSharedStore(64 * ROOM_BYTES);
  publish('198.51.100.7-honest');
  let kept = 0;
  for (let n = 1; publish(name(n)) === 'kept'; n += 1) {
    leave(name(n));
    kept += 1;
  }
  expect(kept).toBeGreaterThan(100);
  expect(store.bytes).toBeLessThan((64 * ROOM_BYTES) / 15);
  expect(has('198.51.100.7-honest')).toBe(true);
  expect(publish('198.51.100.8-honest')).toBe('kept');
});

test('when the memory is full, those who have left make room, the first to leave first, and nobody who is there', () => {
  const { flood, publish, has, leave } = aSharedStore(ROOM_BYTES / 8);
  const [first, second] = [flood('192.0.2.1', ALL), flood('192.0.2.2', ALL)];
  leave('192.0.2.2-4');
  leave('192.0.2.1-3');
  const stay = () =>
    [first, second].flatMap((count, address) =>
      Array.from({ length: count }, (_, n) => `192.0.2.${address + 1}-${n}`).filter(has),
    ).length;
  expect(stay()).toBe(first + second);
  // What is left free does not take one more of this size.
  while (has('192.0.2.2-4')) expect(publish('198.51.100.7-honest')).toBe('kept');
  expect([stay(), has('192.0.2.1-3')]).toEqual([first + second - 1, true]);
});

test('a full memory is shared: who comes from an address that has least takes from the one that has most', () => {
  const { flood, publish, has } = aSharedStore(ROOM_BYTES / 8);
  publish('198.51.100.7-honest');
  const first = flood('192.0.2.1', ALL);
  const second = flood('192.0.2.2', ALL);
  expect(first).toBeGreaterThan(20);
  expect(second, 'a second flood takes half of the first, and no more').toBeLessThanOrEqual(first);
  for (let n = 0; n < 5; n += 1) expect(publish(`203.0.113.${n}-honest`)).toBe('kept');
  expect(publish('192.0.2.1-more')).toBe('memory-full');
  expect(has('198.51.100.7-honest')).toBe(true);
  expect(has('203.0.113.0-honest')).toBe(true);
});
