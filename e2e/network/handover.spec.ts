import { FULL, IN_FULL } from '../../scripts/full-run.ts';
import { hears } from '../ear.ts';
import { contacts, talk } from './call.ts';
import { figure, percentile } from './figures.ts';
import { goes } from './path.ts';
import { expect, test } from './people.ts';
import { soundAfter, watchSound } from './sound.ts';

/** A call that changes networks: kept, with a short silence. */

/**
 * What is accepted, ms. Promised are 2 s and 5 s. On two cores with two browsers p50 is 2.2 to 2.4 s and p95 3.6 to
 * 3.7 s: on Linux Chromium alone takes some 2 s, as `docs/decisions/0015-restarts-on-one-connection.md` tells. While
 * the machine does other things as well they were 2.7 and 4.5 s, and the rest is room for that. A product that waits
 * for the browser's own timeouts takes 15 s and more.
 */
const P50_MAX_MS = 4_000;
const P95_MAX_MS = 8_000;

/** Each is a change of address, the two sides in turn. */
const HANDOVERS = FULL ? 20 : 2;
/** Between one network and the next, ms. */
const GAP_MS = 500;
const NETWORKS = ['full-cone', 'address-restricted', 'none', 'port-restricted'] as const;

test(`${HANDOVERS} changes of network in one call, the two sides in turn`, async ({ scene }) => {
  test.setTimeout(HANDOVERS * 20_000);
  const [alice, bob] = await contacts(scene, {}, { nat: 'address-restricted' });
  await talk(alice, bob);
  const silences: number[] = [];
  for (let turn = 0; turn < HANDOVERS; turn += 1) {
    const moving = turn % 2 === 0 ? alice : bob;
    const nat = NETWORKS[(turn >> 1) % NETWORKS.length] ?? 'none';
    const left = Date.now();
    await moving.machine.move({ nat, gapMs: GAP_MS });
    for (const { page } of [alice, bob]) {
      const { from, until = from } = await soundAfter(page, left, 30_000);
      silences.push(until - from);
    }
    await Promise.all([alice.sees('Connected'), bob.sees('Connected')]);
  }
  await Promise.all([hears(alice.page), hears(bob.page)]);

  const [p50, p95] = [percentile(silences, 50), percentile(silences, 95)];
  const most = Math.max(...silences);
  figure('silence at a handover', `p50 ${p50} ms, p95 ${p95} ms, longest ${most} ms`);
  expect(silences).toHaveLength(2 * HANDOVERS);
  expect(p50).toBeLessThanOrEqual(P50_MAX_MS);
  expect(p95).toBeLessThanOrEqual(P95_MAX_MS);
});

test('strangers, who are relayed: each changes network once', IN_FULL, async ({ scene }) => {
  const [alice, bob] = await Promise.all([
    scene.person('Alice', { voice: 'high', roundTripMs: 20 }),
    scene.person('Bob', { voice: 'low', roundTripMs: 20 }),
  ]);
  await alice.callKey(await bob.key());
  await bob.accept();
  await Promise.all([hears(alice.page), hears(bob.page)]);
  await Promise.all([watchSound(alice.page), watchSound(bob.page)]);
  for (const moving of [alice, bob]) {
    const left = Date.now();
    await moving.machine.move({ nat: 'symmetric', gapMs: GAP_MS });
    for (const { page } of [alice, bob]) await soundAfter(page, left, 30_000);
    await Promise.all([alice.sees('Connected'), bob.sees('Connected')]);
  }
  await Promise.all([hears(alice.page), hears(bob.page)]);
  await Promise.all([goes(alice, 'Relayed'), goes(bob, 'Relayed')]);
});
