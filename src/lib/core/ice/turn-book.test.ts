import { beforeEach, expect, test } from 'vitest';
import { createScope } from '#lib/domain/scope.ts';
import type { Scope } from '#lib/domain/scope.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import type { ChosenIceServer } from '#lib/domain/settings.ts';
import { deviceKeyOf } from '#lib/protocol/key-text.ts';
import { TURN_PROTOCOL } from '#lib/protocol/names.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import { TURN_RESPONSE } from '#lib/protocol/turn.ts';
import { FakeClock, settled } from '#lib/testing/fake-clock.ts';
import { MemoryNetwork } from '#lib/testing/memory-network.ts';
import type { MemoryRelay } from '#lib/testing/memory-network.ts';
import { SeededRandom } from '#lib/testing/seeded-random.ts';
import { signerNumber } from '#lib/testing/signers.ts';
import { createTurnBook } from './turn-book.ts';
import type { TurnBook } from './turn-book.ts';

const at = (name: string): RelayAddress =>
  `/dns4/${name}.example/tcp/443/wss/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nX${name}` as RelayAddress;
const [A, B, C] = ['a', 'b', 'c'].map(at) as [RelayAddress, RelayAddress, RelayAddress];

let clock: FakeClock;
let relays: Map<RelayAddress, MemoryRelay>;
let reserved: RelayAddress[];
let asked: string[];
let chosen: ChosenIceServer[];
let told: [relay: string, offsetMs: number][];
let scope: Scope;
let book: TurnBook;
beforeEach(async () => {
  clock = new FakeClock();
  const network = new MemoryNetwork();
  relays = new Map([A, B, C].map((address) => [address, network.relay(address)]));
  reserved = [A];
  asked = [];
  chosen = [];
  told = [];
  let count = 0;
  for (const [address, relay] of relays) {
    relay.answer(TURN_PROTOCOL, () => {
      asked.push(address);
      count += 1;
      const host = `turn-${address.split('/')[2] ?? ''}`;
      return TURN_RESPONSE.encode({
        urls: [`turn:${host}`],
        username: `u${count}`,
        credential: 'c',
        seconds: 600,
      });
    });
  }
  scope = createScope();
  book = createTurnBook({
    clock,
    random: new SeededRandom(1),
    network: network.join(deviceKeyOf((await signerNumber(1)).publicKey)),
    reserved: () => reserved,
    chosen: () => chosen,
    onTime: (relay, offset) => told.push([relay, offset]),
    scope,
  });
});

const refresh = async (): Promise<void> => {
  book.refresh();
  await settled();
};
const urls = () => book.iceServers().flatMap((server) => server.urls);

test('credentials of the best two relays are there before anybody calls', async () => {
  reserved = [A, B, C];
  let changes = 0;
  book.watch(() => (changes += 1));
  await refresh();
  expect(asked).toEqual([A, B]);
  expect(book.iceServers()).toEqual([
    { urls: ['turn:turn-a.example'], username: 'u1', credential: 'c' },
    { urls: ['turn:turn-b.example'], username: 'u2', credential: 'c' },
  ]);
  expect(changes).toBe(2);
  await refresh();
  expect(asked).toHaveLength(2);
});

test('they are renewed by themselves, long before they expire', async () => {
  await refresh();
  for (let minutes = 0; minutes < 60; minutes += 1) {
    await clock.advance(60_000);
    expect(urls()).toEqual(['turn:turn-a.example']);
  }
  expect(asked.length).toBeGreaterThan(9);
  expect(asked.length).toBeLessThan(15);
});

test('those of a relay that was let go while it answered, and is used again, are renewed as well', async () => {
  book.refresh();
  reserved = [B];
  await refresh();
  reserved = [A];
  await refresh();
  await clock.advance(20 * 60_000);
  expect(urls()).toContain('turn:turn-a.example');
});

test('expired ones are never given out, nor those about to', async () => {
  await refresh();
  relays.get(A)?.stop();
  await clock.advance(589_000);
  expect(urls()).toEqual(['turn:turn-a.example']);
  await clock.advance(1_000);
  expect(urls()).toEqual([]);
});

test('a sleeping page has no timers: it asks as it wakes', async () => {
  await refresh();
  // A clock whose timers did not run.
  const later = clock.now() + 3_600_000;
  Object.assign(clock, { now: () => later });
  expect(urls()).toEqual([]);
  await refresh();
  expect(asked).toEqual([A, A]);
});

test('after a failover the servers are those of the relay in use', async () => {
  await refresh();
  reserved = [];
  await refresh();
  // Between two networks: what there was is all there is.
  expect(urls()).toEqual(['turn:turn-a.example']);
  reserved = [B];
  await refresh();
  expect(urls()).toEqual(['turn:turn-b.example']);
  reserved = [A, B];
  await refresh();
  expect(asked).toEqual([A, B, A]);
  expect(urls()).toEqual(['turn:turn-a.example', 'turn:turn-b.example']);
});

test('a relay without TURN, or that says nothing, is asked again later and seldom', async () => {
  relays.get(A)?.answer(TURN_PROTOCOL, () => {
    asked.push('none');
    return TURN_RESPONSE.encode({ urls: [], seconds: 0 });
  });
  await refresh();
  await clock.advance(60 * 60_000);
  expect(urls()).toEqual([]);
  expect(asked.length).toBeGreaterThan(5);
  expect(asked.length).toBeLessThan(25);
});

test('servers of one’s own are always there, after those of relays', async () => {
  chosen = [{ url: 'turn:mine.example', username: 'me', credential: 'x' }];
  await refresh();
  expect(book.iceServers()[1]).toEqual({
    urls: ['turn:mine.example'],
    username: 'me',
    credential: 'x',
  });
});

test('tells whose server carries a call', async () => {
  reserved = [A, B];
  await refresh();
  expect(book.relayOf('turn-A.example')).toBe(relayIdOf(A));
  expect(book.relayOf('turn-b.example')).toBe(relayIdOf(B));
  expect(book.relayOf('mine.example')).toBeUndefined();
});

test('stops', async () => {
  relays.get(A)?.answer(TURN_PROTOCOL, () => new Promise(() => undefined));
  await refresh();
  await scope.stop();
  await settled();
  expect(clock.waiting).toBe(0);
});

test('each answer tells how far the relay’s clock is ahead, and all are asked anew when ours was set', async () => {
  reserved = [A, B];
  for (const [address, relay] of relays) {
    relay.answer(TURN_PROTOCOL, () =>
      TURN_RESPONSE.encode({
        urls: [],
        seconds: 0,
        now: clock.now() + (address === A ? 5_000 : 0),
      }),
    );
  }
  await refresh();
  const once = [
    [relayIdOf(A), 5_000],
    [relayIdOf(B), 0],
  ];
  expect(told).toEqual(once);
  book.askAnew();
  await settled();
  expect(told).toEqual([...once, ...once]);
});
