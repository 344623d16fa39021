import { setTimeout as wait } from 'node:timers/promises';
import { hears } from '../ear.ts';
import { contacts, talk } from './call.ts';
import { figure } from './figures.ts';
import { expect, test } from './people.ts';
import { soundAfter } from './sound.ts';

/** A link over which nothing comes for a while and nobody says so: a lift, a tunnel. */

/** The promise: after the link is back, the sound is, ms. */
const BACK_WITHIN_MS = 2_000;

for (const seconds of [2, 8, 20]) {
  test(`the link is silent for ${seconds} s: the sound is back soon after it`, async ({
    scene,
  }) => {
    const [alice, bob] = await contacts(scene, {}, {});
    await talk(alice, bob);
    const cut = Date.now();
    await bob.machine.cut();
    await wait(seconds * 1000);
    await bob.machine.restore();
    const restored = Date.now();
    const late: number[] = [];
    for (const { page } of [alice, bob]) {
      const { until = restored } = await soundAfter(page, cut, 30_000);
      late.push(until - restored);
    }
    figure(`sound after ${seconds} s of silence`, `${late.join(' and ')} ms after the link`);
    expect(Math.max(...late)).toBeLessThan(BACK_WITHIN_MS);
    await Promise.all([alice.sees('Connected'), bob.sees('Connected')]);
    await Promise.all([hears(alice.page), hears(bob.page)]);
  });
}
