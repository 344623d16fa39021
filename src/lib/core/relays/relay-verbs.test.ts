import { beforeEach, describe, expect, test } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { deviceKeyOf } from '#lib/protocol/key-text.ts';
import { LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import { LOOKUP_PROTOCOL, TURN_PROTOCOL } from '#lib/protocol/names.ts';
import { TURN_RESPONSE } from '#lib/protocol/turn.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import { FakeClock, settled } from '#lib/testing/fake-clock.ts';
import { MemoryNetwork } from '#lib/testing/memory-network.ts';
import type { MemoryNode, MemoryRelay } from '#lib/testing/memory-network.ts';
import { MemoryRelayList } from '#lib/testing/memory-relay-list.ts';
import { memoryStores } from '#lib/testing/memory-stores.ts';
import { describedRelay } from '#lib/testing/relay-descriptors.ts';
import { SeededRandom } from '#lib/testing/seeded-random.ts';
import { signerNumber } from '#lib/testing/signers.ts';
import { createSettingsBook, OWN_RELAYS_MAX } from '../settings-book.ts';
import type { RelayView } from './reachability.ts';
import type { SettingsBook } from '../settings-book.ts';
import { relayLink } from './relay-text.ts';
import { createRelayVerbs } from './relay-verbs.ts';
import type { RelayVerbs } from './relay-verbs.ts';

const [one, two] = await Promise.all([1, 2].map((number) => describedRelay(number)));
if (one === undefined || two === undefined) throw new Error('two relays');
const ADDRESS = one.address;
const never = new AbortController().signal;

let clock: FakeClock;
let relay: MemoryRelay;
let node: MemoryNode;
let relayList: MemoryRelayList;
let settings: SettingsBook;
let views: RelayView[];
let named: string[];
let turnWorks: boolean | undefined;
let verbs: RelayVerbs;
beforeEach(async () => {
  clock = new FakeClock();
  const network = new MemoryNetwork();
  relay = network.relay(ADDRESS);
  relay.answer(LOOKUP_PROTOCOL, () => LOOKUP_RESPONSE.encode({ records: [] }));
  relay.serve(LOOKUP_PROTOCOL, answering(LOOKUP_RESPONSE.encode({ records: [] })));
  node = network.join(deviceKeyOf((await signerNumber(9)).publicKey));
  relayList = new MemoryRelayList();
  settings = await createSettingsBook(memoryStores());
  views = [];
  named = [];
  turnWorks = undefined;
  verbs = createRelayVerbs({
    clock,
    random: new SeededRandom(1),
    network: node,
    relayList,
    settings,
    keeper: {
      get reserved() {
        return views.filter(({ state }) => state === 'reachable').map(({ address }) => address);
      },
      viewOf: (id) => views.find(({ address }) => address.endsWith(id)),
    },
    isNamedByOthers: (id) => named.includes(id),
    origin: () => 'https://woxly.example',
    tryTurn: (servers) => {
      expect(servers.every(({ credential }) => credential === 'c')).toBe(true);
      return turnWorks === undefined ? Promise.reject(new Error('no')) : Promise.resolve(turnWorks);
    },
  });
});

const answering = (frame: Uint8Array<ArrayBuffer>) => (channel: FrameChannel) => {
  channel.listen({ onFrame: () => channel.send(frame), onClose: () => undefined });
};
/** Waits for something that takes all the time that it may. */
async function patiently<T>(work: Promise<T>): Promise<T> {
  await clock.advance(60_000);
  return work;
}
const view = (part: Partial<RelayView> = {}): RelayView => ({
  address: ADDRESS,
  state: 'reachable',
  origin: 'directory',
  preferred: false,
  ...part,
});

describe('adding', () => {
  test.each([
    ['its multiaddr', ADDRESS],
    ['a link', relayLink('https://other.example', ADDRESS)],
    ['a web address', 'https://relay.example/'],
  ])('by %s, once it has answered', async (_, text) => {
    relayList.web.set('https://relay.example', { addresses: [ADDRESS] });
    expect(await verbs.add(text)).toMatchObject({ ok: true, value: { address: ADDRESS } });
    expect(settings.current.relays).toEqual([ADDRESS]);
    expect(await verbs.add(text)).toEqual({ ok: false, problem: 'already-there' });
    expect(clock.waiting).toBe(0);
  });

  test.each([
    ['', 'empty'],
    ['no relay', 'not-an-address'],
    ['https://dead.example', 'no-answer'],
    ['https://blog.example', 'not-a-relay'],
    [two.address, 'no-answer'],
  ])('%j is refused: %s', async (text, problem) => {
    relayList.web.set('https://blog.example', 'no relay');
    expect(await verbs.add(text)).toEqual({ ok: false, problem });
    expect(settings.current.relays).toEqual([]);
  });

  test('what answers nonsense, or no lookups, is no relay', async () => {
    relay.answer(LOOKUP_PROTOCOL, () => Uint8Array.of(0xff));
    expect(await verbs.add(ADDRESS)).toEqual({ ok: false, problem: 'not-a-relay' });
    relay.answer(LOOKUP_PROTOCOL, () => Promise.reject(new Error('unsupported')));
    expect(await verbs.add(ADDRESS)).toEqual({ ok: false, problem: 'not-a-relay' });
  });

  test('what says nothing does not answer', async () => {
    relay.frozen = true;
    expect(await patiently(verbs.add(ADDRESS))).toEqual({ ok: false, problem: 'no-answer' });
  });

  test('another address of the same relay is tried; one of another relay is not', async () => {
    const dead = ADDRESS.replace('relay-1', 'old') as RelayAddress;
    relayList.web.set('https://relay.example', { addresses: [dead, two.address, ADDRESS] });
    expect(await verbs.add('relay.example')).toMatchObject({ ok: true });
    expect(settings.current.relays).toEqual([ADDRESS]);
  });

  test('there are so many and no more', async () => {
    const many = await Promise.all(
      Array.from({ length: OWN_RELAYS_MAX }, (_, n) => describedRelay(20 + n)),
    );
    await settings.change({ relays: many.map(({ address }) => address) });
    expect(await verbs.add(ADDRESS)).toEqual({ ok: false, problem: 'too-many' });
  });

  test('one that was removed may come back', async () => {
    await settings.change({ refusedRelays: [one.id, two.id] });
    expect(await verbs.add(ADDRESS)).toMatchObject({ ok: true });
    expect(settings.current.refusedRelays).toEqual([two.id]);
  });

  test('one that others named becomes one’s own; the page’s is there already', async () => {
    views = [view()];
    expect(await verbs.add(ADDRESS)).toMatchObject({ ok: true });
    await settings.change({ relays: [] });
    views = [view({ origin: 'page' })];
    expect(await verbs.add(ADDRESS)).toEqual({ ok: false, problem: 'already-there' });
  });
});

test('preferring, and thinking better of it', async () => {
  await verbs.prefer(ADDRESS, true);
  await verbs.prefer(ADDRESS, true);
  expect(settings.current.preferredRelays).toEqual([one.id]);
  await verbs.prefer(ADDRESS, false);
  expect(settings.current.preferredRelays).toEqual([]);
});

test('removing: one’s own goes, and whom others name is refused', async () => {
  await settings.change({ relays: [ADDRESS], preferredRelays: [one.id] });
  await verbs.remove(ADDRESS);
  expect(settings.current).toMatchObject({ relays: [], preferredRelays: [], refusedRelays: [] });
  named = [one.id];
  await verbs.remove(ADDRESS);
  expect(settings.current.refusedRelays).toEqual([one.id]);
});

describe('testing', () => {
  const turn = (...urls: string[]) => {
    relay.answer(TURN_PROTOCOL, () =>
      TURN_RESPONSE.encode({ urls, username: 'u', credential: 'c', seconds: 600 }),
    );
  };

  test('step by step, and a relay that was not in use is let go again', async () => {
    relay.roundTripMs = 33;
    expect(await verbs.test(ADDRESS, never)).toEqual({
      reached: { tookMs: 0 },
      roundTripMs: 33,
      lookup: true,
      turn: 'none',
    });
    expect(relay.holds(node.device)).toBe(false);
    expect(clock.waiting).toBe(0);
  });

  test('a relay in use keeps its reservation', async () => {
    const { lost } = await node.reserve(ADDRESS, never);
    views = [view()];
    await verbs.test(ADDRESS, never);
    expect(lost.aborted).toBe(false);
    expect(relay.reserved).toBe(1);
  });

  test.each([
    [true, 'works'],
    [false, 'silent'],
    [undefined, 'silent'],
  ])('TURN works only where an address was relayed: %s', async (works, said) => {
    turn('turn:turn.example');
    turnWorks = works;
    expect((await verbs.test(ADDRESS, never)).turn).toBe(said);
  });

  test('a relay that hands out no TURN, or one in a private network, has none', async () => {
    turnWorks = true;
    turn('stun:turn.example');
    expect((await verbs.test(ADDRESS, never)).turn).toBe('none');
    turn('turn:192.168.0.1');
    expect((await verbs.test(ADDRESS, never)).turn).toBe('none');
  });

  test('down, full, lying and silent relays are told apart', async () => {
    relay.serve(LOOKUP_PROTOCOL, answering(Uint8Array.of(0xff)));
    expect(await verbs.test(ADDRESS, never)).toMatchObject({ roundTripMs: 10, lookup: false });
    relay.capacity = 0;
    expect(await verbs.test(ADDRESS, never)).toEqual({ reached: 'refused' });
    relay.frozen = true;
    expect(await patiently(verbs.test(ADDRESS, never))).toEqual({ reached: 'unreachable' });
    relay.stop();
    expect(await verbs.test(ADDRESS, never)).toEqual({ reached: 'unreachable' });
  });

  test('ends with its signal', async () => {
    relay.frozen = true;
    const controller = new AbortController();
    const testing = verbs.test(ADDRESS, controller.signal);
    await settled();
    controller.abort();
    expect(await testing).toEqual({ reached: 'unreachable' });
    expect(clock.waiting).toBe(0);
  });
});

test('a link names the relay', async () => {
  expect(verbs.link(ADDRESS)).toBe(relayLink('https://woxly.example', ADDRESS));
});
