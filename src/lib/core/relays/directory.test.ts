import { beforeEach, expect, test } from 'vitest';
import { createScope } from '#lib/domain/scope.ts';
import type { Scope } from '#lib/domain/scope.ts';
import { RELAY_DESCRIPTOR_TTL_MS } from '#lib/protocol/limits.ts';
import { RELAYS_PROTOCOL, RELAYS_TOPIC } from '#lib/protocol/names.ts';
import { RELAY_LIST } from '#lib/protocol/relay-list.ts';
import { FakeClock, settled, TEST_EPOCH, until } from '#lib/testing/fake-clock.ts';
import { MemoryNetwork } from '#lib/testing/memory-network.ts';
import type { MemoryNode, MemoryRelay } from '#lib/testing/memory-network.ts';
import { describedRelay } from '#lib/testing/relay-descriptors.ts';
import { signerNumber } from '#lib/testing/signers.ts';
import { deviceKeyOf } from '#lib/protocol/key-text.ts';
import {
  createDirectory,
  DIRECTORY_MAX,
  DIRECTORY_PER_NETWORK,
  MESSAGES_PER_MINUTE,
} from './directory.ts';
import type { RelayDirectory } from './directory.ts';

const never = new AbortController().signal;
const [own, two, three] = await Promise.all([1, 2, 3].map((number) => describedRelay(number)));
if (own === undefined || two === undefined || three === undefined) throw new Error('three relays');

let clock: FakeClock;
let network: MemoryNetwork;
let node: MemoryNode;
let relay: MemoryRelay;
let scope: Scope;
let directory: RelayDirectory;
beforeEach(async () => {
  clock = new FakeClock();
  network = new MemoryNetwork();
  relay = network.relay(own.address);
  node = network.join(deviceKeyOf((await signerNumber(99)).publicKey));
  await node.reserve(own.address, never);
  scope = createScope();
  directory = createDirectory({ clock, network: node, scope });
});

const gossip = (message: Uint8Array<ArrayBuffer>) => {
  network.gossip(relay, RELAYS_TOPIC, message);
};
const heard = () => directory.all.map(({ operator }) => operator);

test('what relays gossip is kept until it expires', async () => {
  gossip(await two.sealed());
  await until(() => directory.all.length === 1);
  expect(directory.of(two.id)).toEqual(two.descriptor());
  await clock.advance(RELAY_DESCRIPTOR_TTL_MS);
  expect(directory.all).toEqual([]);
  expect(directory.of(two.id)).toBeUndefined();
});

test('of one relay the newest counts, whatever comes last', async () => {
  gossip(await two.sealed({ issued: TEST_EPOCH + 2, operator: 'newer' }));
  await until(() => directory.all.length === 1);
  gossip(await two.sealed({ issued: TEST_EPOCH + 1, operator: 'older' }));
  gossip(await three.sealed());
  await until(() => directory.all.length === 2);
  expect(heard()).toEqual(['newer', 'Operator 3']);
});

test('forgeries, nonsense and what has expired are nothing', async () => {
  const changed = await two.sealed();
  changed[60] = (changed[60] ?? 0) ^ 1;
  gossip(changed);
  gossip(Uint8Array.of(1, 2, 3));
  gossip(new Uint8Array(60_000));
  gossip(await two.sealed({ issued: TEST_EPOCH - RELAY_DESCRIPTOR_TTL_MS - 1 }));
  gossip(await three.sealed());
  await until(() => directory.all.length === 1);
  await settled();
  expect(heard()).toEqual(['Operator 3']);
});

test('each relay in use is asked once, and again when it was lost meanwhile', async () => {
  let asked = 0;
  relay.answer(RELAYS_PROTOCOL, async () => {
    asked += 1;
    return RELAY_LIST.encode({ descriptors: [await two.sealed(), await three.sealed()] });
  });
  directory.askOnce([own.address]);
  directory.askOnce([own.address]);
  await until(() => directory.all.length === 2);
  expect(asked).toBe(1);
  directory.askOnce([]);
  directory.askOnce([own.address]);
  await until(() => asked === 2);
});

test('a relay that answers nothing or nonsense leaves no timer behind', async () => {
  relay.answer(RELAYS_PROTOCOL, () => Uint8Array.of(0xff));
  directory.askOnce([own.address]);
  await settled();
  relay.answer(RELAYS_PROTOCOL, () => new Promise(() => undefined));
  directory.askOnce([]);
  directory.askOnce([own.address]);
  await settled();
  expect(clock.waiting).toBe(1);
  await clock.advance(5_000);
  expect(clock.waiting).toBe(0);
  expect(directory.all).toEqual([]);
});

test('who floods the topic fills a few places, and those who came first stay', async () => {
  gossip(await two.sealed());
  await until(() => directory.all.length === 1);
  for (let number = 10; number < 30; number += 1) {
    gossip(await (await describedRelay(number, `x${number}.flood.example`)).sealed());
  }
  await settled();
  await until(() => directory.all.length === 1 + DIRECTORY_PER_NETWORK);
  expect(directory.of(two.id)).toBeDefined();
});

test('there is an end to the relays kept, and to the messages checked in a minute', async () => {
  for (let number = 10; number < 10 + DIRECTORY_MAX + 5; number += 1) {
    gossip(await (await describedRelay(number)).sealed());
    await settled();
  }
  await until(() => directory.all.length === DIRECTORY_MAX);
  const before = directory.of((await describedRelay(10)).id);
  for (let n = 0; n < MESSAGES_PER_MINUTE; n += 1) gossip(Uint8Array.of(n));
  const renewed = await (await describedRelay(10)).sealed({ issued: TEST_EPOCH + 9 });
  gossip(renewed);
  await settled();
  expect(directory.of((await describedRelay(10)).id)).toEqual(before);
  await clock.advance(60_000);
  gossip(renewed);
  const isNew = async () => directory.of((await describedRelay(10)).id)?.issued === TEST_EPOCH + 9;
  for (let turns = 0; turns < 100 && !(await isNew()); turns += 1) await settled();
  expect(await isNew()).toBe(true);
});

test('after stop nothing is heard', async () => {
  await scope.stop();
  gossip(await two.sealed());
  await settled();
  expect(directory.all).toEqual([]);
});
