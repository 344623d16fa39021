import { expect, test } from 'vitest';
import { CIRCUITS_ASKED_AT_ONCE } from '../src/limits/limits.ts';
import { aPeer, aProxy, aReachablePeer, aRelay, metric, through } from './peers.ts';
import type { Peer } from './peers.ts';

/** Circuits that are opened and dropped: none is held for long, and whoever is called is kept busy. */

const TOO_OFTEN = 'woxly_circuits_asked_total{outcome="too-often"}';
const times = Array.from({ length: CIRCUITS_ASKED_AT_ONCE + 8 });

/** How many circuits of a row come about that are dropped at once. */
async function openAndDrop(callers: readonly Peer[], to: ReturnType<typeof through>) {
  let opened = 0;
  for (const [index] of times.entries()) {
    const dial = callers[index % callers.length]?.dial(to).then(
      (circuit) => {
        opened += 1;
        circuit.abort(new Error('dropped'));
      },
      () => {},
    );
    await dial;
  }
  return opened;
}

test('one peer gets few circuits to another, also where addresses have no limits; who else calls gets through', async () => {
  const relay = await aRelay();
  const [bob, carol] = [await aReachablePeer(relay), await aReachablePeer(relay)];
  const stranger = await aPeer();
  expect(await openAndDrop([stranger], through(relay, bob))).toBeLessThan(times.length);
  expect(await metric(relay, TOO_OFTEN)).toBeGreaterThan(0);
  expect((await (await aPeer()).dial(through(relay, bob))).status).toBe('open');
  expect((await stranger.dial(through(relay, carol))).status, 'another peer').toBe('open');
}, 20_000);

test('the peer IDs of one address share what they get to a peer', async () => {
  const relay = await aRelay({ trustedProxy: ['127.0.0.1'] });
  const bob = await aReachablePeer(relay);
  const [here, there] = [await aProxy(relay, '203.0.113.9'), await aProxy(relay, '203.0.113.10')];
  const sybils = await Promise.all(times.slice(0, 4).map(() => aPeer()));
  expect(await openAndDrop(sybils, through(here, bob))).toBeLessThan(times.length);
  expect(await metric(relay, TOO_OFTEN)).toBeGreaterThan(0);
  expect((await (await aPeer()).dial(through(there, bob))).status).toBe('open');
}, 20_000);
