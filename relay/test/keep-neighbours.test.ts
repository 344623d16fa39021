import type { Connection } from '@libp2p/interface';
import { expect, onTestFinished, test } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import type { KnownRelay } from '../src/neighbours/directory.ts';
import { dialTarget, mayTry, targetUrl } from '../src/neighbours/dial-target.ts';
import { createDialler } from '../src/neighbours/dialler.ts';
import { keepNeighbours } from '../src/neighbours/keep-neighbours.ts';
import {
  DIALS_FOUND_PER_MINUTE,
  DIALS_PER_MINUTE,
  REDIAL_FOUND_MS,
  REDIAL_GIVEN_MS,
  REDIAL_HOST_MS,
} from '../src/limits/limits.ts';
import { reachOf } from '../src/limits/public-address.ts';
import type { AddressReach } from '../src/limits/public-address.ts';
import { aKey, idOf } from './lying-relay.ts';

const MINUTE_MS = 60_000;
const onlyPublic = (reach: AddressReach): boolean => reach === 'public';

/** A keeper with a clock of its own, which never gets through to anybody unless told so. */
function aKeeper(given: readonly string[], allowed = onlyPublic, answers = false) {
  const clock = { now: 0 };
  const known: KnownRelay[] = [];
  const there = new Set<string>();
  const dialled: string[] = [];
  const keeper = keepNeighbours({
    given,
    self: 'us',
    most: 4,
    directory: { all: () => known, get: (peer) => known.find((one) => one.peer === peer) },
    neighbours: {
      has: (peer) => there.has(peer),
      get size() {
        return there.size;
      },
      meet: () => Promise.resolve(),
      isBlamed: () => false,
    },
    dialler: {
      dial(address) {
        dialled.push(address);
        if (!answers) return Promise.reject(new Error('nobody there'));
        there.add(dialTarget(address)?.peer ?? '');
        return Promise.resolve({} as Connection);
      },
    },
    allowed,
    connectionTo: () => undefined,
    onDial: () => {},
    now: () => clock.now,
    random: () => 0.5,
  });
  onTestFinished(() => keeper.stop());
  const tell = async (...hosts: string[]): Promise<string> => {
    const peer = idOf(await aKey());
    const addresses = hosts.map((host) => `${host}/p2p/${peer}` as RelayAddress);
    known.push({
      peer,
      sealed: new Uint8Array(),
      descriptor: {
        relay: new Uint8Array(),
        addresses,
        operator: '',
        version: '',
        reservationsMax: 0,
        reservations: 0,
        turn: false,
        shards: 1,
        issued: 0,
        expires: Number.MAX_SAFE_INTEGER,
      },
    });
    return peer;
  };
  /** Lets time pass in steps of half a second. */
  const pass = async (ms: number): Promise<void> => {
    for (const end = clock.now + ms; clock.now < end; clock.now += 500) {
      keeper.tick();
      await Promise.resolve();
      await new Promise(setImmediate);
    }
  };
  return { keeper, clock, known, there, dialled, tell, pass };
}

test('a relay that the operator named is dialled forever, with pauses that grow to a minute', async () => {
  const address = `/ip4/10.0.0.1/tcp/8080/ws/p2p/${idOf(await aKey())}`;
  const { dialled, pass } = aKeeper([address]);
  await pass(10_000);
  expect(dialled.length).toBeGreaterThan(2);
  await pass(10 * MINUTE_MS);
  const before = dialled.length;
  await pass(10 * MINUTE_MS);
  const [, longest] = REDIAL_GIVEN_MS;
  expect(dialled.length - before).toBeGreaterThanOrEqual((10 * MINUTE_MS) / longest);
  expect(dialled.length - before).toBeLessThanOrEqual((20 * MINUTE_MS) / longest);
  expect(new Set(dialled)).toEqual(new Set([address]));
});

test('all dials together are few a minute, those to relays of the directory fewer', async () => {
  const given = [];
  for (let count = 0; count < 50; count += 1) {
    given.push(`/ip4/10.0.0.${count}/tcp/80/ws/p2p/${idOf(await aKey())}`);
  }
  const crowd = aKeeper(given);
  await crowd.pass(MINUTE_MS);
  expect(crowd.dialled.length).toBeLessThanOrEqual(2 * DIALS_PER_MINUTE);

  const found = aKeeper([]);
  for (let count = 0; count < 100; count += 1) await found.tell(`/ip4/9.9.9.${count}/tcp/443/wss`);
  await found.pass(MINUTE_MS);
  expect(found.dialled.length).toBeGreaterThanOrEqual(DIALS_FOUND_PER_MINUTE);
  expect(found.dialled.length).toBeLessThanOrEqual(2 * DIALS_FOUND_PER_MINUTE);
});

test('of a relay of the directory one address is dialled a pause, of a host one in ten minutes', async () => {
  const { dialled, tell, pass } = aKeeper([]);
  const peer = await tell('/ip4/9.9.9.9/tcp/443/wss', '/ip4/9.9.9.10/tcp/443/wss');
  await pass(REDIAL_FOUND_MS[0] / 2);
  expect(dialled).toEqual([`/ip4/9.9.9.9/tcp/443/wss/p2p/${peer}`]);
  // Others that name the same host, and the same /64.
  await tell('/ip4/9.9.9.9/tcp/8443/wss');
  await tell('/ip6/2a00::1/tcp/443/wss');
  await pass(2_000);
  await tell('/ip6/2a00::2/tcp/443/wss');
  await pass(10_000);
  expect(dialled).toHaveLength(2);
  await pass(REDIAL_HOST_MS);
  expect(dialled.filter((address) => address.includes('9.9.9.9/')).length).toBe(2);
});

test('no more are looked for when there are enough neighbours', async () => {
  const { dialled, there, tell, pass } = aKeeper([], onlyPublic, true);
  for (let count = 1; count <= 10; count += 1) await tell(`/ip4/9.9.9.${count}/tcp/443/wss`);
  await pass(5 * MINUTE_MS);
  expect(there.size).toBe(4);
  expect(dialled).toHaveLength(4);
});

test.each([
  '/ip4/127.0.0.1/tcp/8080/ws',
  '/ip4/10.1.2.3/tcp/8080/ws',
  '/ip4/172.16.0.1/tcp/8080/ws',
  '/ip4/192.168.1.1/tcp/8080/ws',
  '/ip4/100.64.0.1/tcp/8080/ws',
  '/ip4/169.254.169.254/tcp/80/ws',
  '/ip4/0.0.0.0/tcp/8080/ws',
  '/ip4/224.0.0.1/tcp/8080/ws',
  '/ip4/198.18.0.1/tcp/8080/ws',
  '/ip6/::1/tcp/8080/ws',
  '/ip6/::ffff:10.0.0.1/tcp/8080/ws',
  '/ip6/fd00::1/tcp/8080/ws',
  '/ip6/fe80::1/tcp/8080/ws',
  '/ip6/64:ff9b::a00:1/tcp/8080/ws',
  '/ip6/2002:a00:1::/tcp/8080/ws',
  '/dns4/localhost/tcp/8080/ws',
  '/dns4/printer.local/tcp/8080/ws',
  '/dns4/intranet/tcp/443/wss',
  '/ip4/9.9.9.9/tcp/22/ws',
  '/ip4/9.9.9.9/tcp/25/wss',
  '/ip4/9.9.9.9/udp/443/quic-v1',
  '/ip4/9.9.9.9/tcp/443/ws/http-path/x',
])('the directory never leads to %s', async (address) => {
  const { dialled, tell, pass } = aKeeper([]);
  await tell(address);
  await pass(5_000);
  expect(dialled).toEqual([]);
});

test('a network of one allows its private addresses, and what is in the world stays allowed', () => {
  const target = (host: string) => dialTarget(`${host}/p2p/${PEER}`);
  const allowed = (reach: AddressReach) => reach === 'public' || reach === 'private';
  for (const host of ['/ip4/10.0.0.1/tcp/8080/ws', '/ip6/2a00::1/tcp/443/tls/ws']) {
    const one = target(host);
    expect(one && mayTry(one, allowed), host).toBe(true);
  }
  const six = target('/ip6/2a00::1/tcp/443/tls/ws');
  expect(six && targetUrl(six)).toBe('wss://[2a00::1]:443/');
});
const PEER = '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo';

test.each([
  ['8.8.8.8', 'public'],
  ['2a00:1450::1', 'public'],
  ['::ffff:8.8.8.8', 'public'],
  ['::ffff:808:808', 'never'],
  ['10.0.0.1', 'private'],
  ['fd12::1', 'private'],
  ['127.3.2.1', 'loopback'],
  ['::1', 'loopback'],
  ['169.254.169.254', 'never'],
  ['2001:db8::1', 'never'],
  ['::', 'never'],
  ['255.255.255.255', 'never'],
] as const)('%s is %s', (address, reach) => {
  expect(reachOf(address)).toBe(reach);
});

test('a name is looked up once, and only an address that may be dialled is gone to', async () => {
  const asked: string[] = [];
  const went: (string | undefined)[] = [];
  const dialler = createDialler({
    connect(address) {
      went.push(dialler.ipOf(address));
      expect(dialler.mayDial(address)).toBe(true);
      expect(dialler.mayDialPeer(PEER)).toBe(true);
      return Promise.reject(new Error('enough seen'));
    },
    resolve(name) {
      asked.push(name);
      return Promise.resolve(name === 'evil.example' ? ['10.0.0.1', '::1'] : ['::1', '9.9.9.9']);
    },
  });
  const dial = (name: string) =>
    dialler.dial(`/dns4/${name}/tcp/443/wss/p2p/${PEER}`, onlyPublic, new AbortController().signal);
  await expect(dial('evil.example')).rejects.toThrow('no address that may be dialled');
  await expect(dial('good.example')).rejects.toThrow('enough seen');
  expect(asked).toEqual(['evil.example', 'good.example']);
  expect(went).toEqual(['9.9.9.9']);
  expect(dialler.mayDialPeer(PEER), 'the permit ends with the dial').toBe(false);
});
