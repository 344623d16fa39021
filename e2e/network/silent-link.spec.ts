import { setTimeout as wait } from 'node:timers/promises';
import { IN_FULL } from '../../scripts/full-run.ts';
import { hears } from '../ear.ts';
import { contacts, talk } from './call.ts';
import { figure } from './figures.ts';
import { expect, test } from './people.ts';
import { soundAfter } from './sound.ts';

/** A link over which nothing comes for a while and nobody says so: a lift, a tunnel. */

/** The promise: after the link is back, the sound is, ms. */
const BACK_WITHIN_MS = 2_000;
/**
 * Where UDP is blocked the call goes over TCP, which waits ever longer before it tries again; a new connection to the
 * TURN server is faster and took 1.4 to 3.6 s, and one time in ten 6 s (decision 17). That misses the promise.
 */
const BACK_WITHIN_TCP_MS = 12_000;

const LINKS = [
  { seconds: 2, nat: 'port-restricted' },
  { seconds: 8, nat: 'port-restricted' },
  { seconds: 20, nat: 'port-restricted' },
  { seconds: 20, nat: 'symmetric' },
  { seconds: 20, nat: 'udp-blocked' },
] as const;

for (const { seconds, nat } of LINKS) {
  test(
    `the link is silent for ${seconds} s (${nat}): the sound is back soon after it`,
    IN_FULL,
    async ({ scene }) => {
      const [alice, bob] = await contacts(scene, { nat }, { nat });
      await talk(alice, bob);
      const cut = Date.now();
      await bob.machine.cut();
      const over = wait(seconds * 1000);
      if (seconds > 2) await Promise.all([alice.sees('Reconnecting'), bob.sees('Reconnecting')]);
      await over;
      await bob.machine.restore();
      const restored = Date.now();
      const late: number[] = [];
      for (const { page } of [alice, bob]) {
        const { until = restored } = await soundAfter(page, cut, 30_000);
        late.push(until - restored);
      }
      figure(
        `sound after ${seconds} s of silence, ${nat}`,
        `${late.join(' and ')} ms after the link`,
      );
      expect(Math.max(...late)).toBeLessThan(
        nat === 'udp-blocked' ? BACK_WITHIN_TCP_MS : BACK_WITHIN_MS,
      );
      await Promise.all([alice.sees('Connected'), bob.sees('Connected')]);
      await Promise.all([hears(alice.page), hears(bob.page)]);
    },
  );
}
