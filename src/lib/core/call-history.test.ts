import { beforeEach, expect, test } from 'vitest';
import type { CallRecord } from '#lib/domain/call.ts';
import type { CallId } from '#lib/domain/ids.ts';
import { identityKeyOf } from '#lib/protocol/key-text.ts';
import { memoryStores } from '#lib/testing/memory-stores.ts';
import type { MemoryStores } from '#lib/testing/memory-stores.ts';
import { CALL_RECORDS_MAX, createCallHistory, STRANGER_RECORDS_MAX } from './call-history.ts';
import type { CallBook } from './call-history.ts';

const idOf = (number: number) => number.toString(16).padStart(32, '0') as CallId;
const call = (number: number, part: Partial<CallRecord> = {}): CallRecord => ({
  id: idOf(number),
  peer: identityKeyOf(new Uint8Array(32)),
  peerName: 'Alice',
  direction: 'incoming',
  started: number,
  ended: number + 1,
  reason: 'no-answer',
  missed: true,
  seen: false,
  ...part,
});

let stores: MemoryStores;
let history: CallBook;
const STRANGER = identityKeyOf(new Uint8Array(32).fill(9));
const load = () => createCallHistory(stores, (key) => key === STRANGER);
const starts = () => history.records.map(({ started }) => started);
const counted = () => {
  const count = { changes: 0 };
  history.watch(() => (count.changes += 1));
  return count;
};

beforeEach(async () => {
  stores = memoryStores();
  history = await load();
});

test('calls are kept newest first, whenever they were added', async () => {
  const count = counted();
  for (const number of [2, 3, 1]) await history.add(call(number));
  expect(starts()).toEqual([3, 2, 1]);
  expect(count.changes).toBe(3);
  history = await load();
  expect(starts()).toEqual([3, 2, 1]);
});

test('one call added twice is one call', async () => {
  await history.add(call(1));
  await history.add(call(1, { reason: 'cancelled-by-peer' }));
  expect(history.records).toEqual([call(1, { reason: 'cancelled-by-peer' })]);
});

test('only missed calls count as unseen, until the history was looked at', async () => {
  await history.add(call(1));
  await history.add(call(2));
  await history.add(call(3, { missed: false, reason: 'hung-up' }));
  expect(history.unseen).toBe(2);
  const count = counted();
  await history.markSeen();
  await history.markSeen();
  expect(history.unseen).toBe(0);
  expect(count.changes).toBe(1);
  expect((await load()).unseen).toBe(0);
});

test('remove and clear', async () => {
  for (const number of [1, 2, 3]) await history.add(call(number));
  await history.remove(idOf(2));
  expect(starts()).toEqual([3, 1]);
  await history.clear();
  expect(history.records).toEqual([]);
  expect((await load()).records).toEqual([]);
});

test('the oldest go when there are too many', async () => {
  for (let number = 1; number <= CALL_RECORDS_MAX; number += 1)
    await stores.write((to) => to.putCall(call(number)));
  history = await load();
  await history.add(call(CALL_RECORDS_MAX + 1));
  expect(history.records).toHaveLength(CALL_RECORDS_MAX);
  expect(starts().at(-1)).toBe(2);
  expect(await stores.calls.recent(CALL_RECORDS_MAX + 9)).toHaveLength(CALL_RECORDS_MAX);
});

test('what a crash left over the cap goes at the next start', async () => {
  for (let number = 1; number <= CALL_RECORDS_MAX + 7; number += 1)
    await stores.write((to) => to.putCall(call(number)));
  history = await load();
  expect(starts().at(-1)).toBe(8);
  expect(await stores.calls.recent(CALL_RECORDS_MAX + 9)).toHaveLength(CALL_RECORDS_MAX);
});

test('on a full disk no change is shown that is not stored', async () => {
  await history.add(call(1));
  const count = counted();
  stores.failWith = new Error('full');
  for (const write of [history.markSeen(), history.remove(idOf(1)), history.clear()]) {
    await expect(write).rejects.toThrow('full');
  }
  expect(history.records).toEqual([call(1)]);
  expect(count.changes).toBe(0);
});

test('strangers who ring push out each other, and nobody else', async () => {
  await history.add(call(0));
  const answered = { peer: STRANGER, connected: 1, reason: 'hung-up', missed: false } as const;
  await history.add(call(1, answered));
  await history.add(call(2, { peer: STRANGER, direction: 'outgoing', missed: false }));
  for (let number = 3; number < STRANGER_RECORDS_MAX + 13; number += 1) {
    await history.add(call(number, { peer: STRANGER }));
  }
  const newest = Array.from({ length: STRANGER_RECORDS_MAX }, (_, at) => 62 - at);
  expect(starts()).toEqual([...newest, 2, 1, 0]);
  history = await load();
  expect(starts()).toEqual([...newest, 2, 1, 0]);
});

test('when there are too many, those of strangers go first', async () => {
  await history.add(call(CALL_RECORDS_MAX + 1, { peer: STRANGER }));
  for (let number = 1; number <= CALL_RECORDS_MAX; number += 1) await history.add(call(number));
  expect(history.records).toHaveLength(CALL_RECORDS_MAX);
  expect(starts()[0]).toBe(CALL_RECORDS_MAX);
  expect(await stores.calls.recent(1000)).toHaveLength(CALL_RECORDS_MAX);
});

test('a call that cannot be stored is shown until the page is loaded anew: it has happened', async () => {
  stores.failWith = new Error('full');
  await expect(history.add(call(1))).rejects.toThrow('full');
  expect(history.records).toEqual([call(1)]);
  stores.failWith = undefined;
  expect((await load()).records).toEqual([]);
});
