import { IN_FULL } from '../scripts/full-run.ts';
import { setClock } from './device-clock.ts';
import { hears } from './ear.ts';
import { expect, test } from './people.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

for (const [what, clockAheadMs, said] of [
  ['31 minutes ahead', 31 * 60_000, /clock is off by 31 minutes/],
  ['400 days ahead', 400 * DAY_MS, /clock is off by 400 days/],
  ['400 days behind', -400 * DAY_MS, /clock is off by 400 days/],
] as const) {
  const run = clockAheadMs > 0 ? IN_FULL : {};
  test(
    `whose clock is ${what} calls, is called by key alone, and is told once`,
    run,
    async ({ person, friends: [, bob] }) => {
      const carol = await person('Carol', { voice: 'high', clockAheadMs });
      const notice = carol.page.getByText(said);
      await expect(notice).toBeVisible();
      await carol.page.getByRole('button', { name: 'Got it' }).click();
      await expect(notice).toBeHidden();

      await carol.talkByKey(bob, await bob.key());
      await bob.talkByKey(carol, await carol.key());
      await expect(notice).toBeHidden();
    },
  );
}

test(
  'a clock that is set in a call changes neither its timer nor what is told',
  IN_FULL,
  async ({ person, friends: [, bob] }) => {
    const carol = await person('Carol', { voice: 'high', clockAheadMs: 0 });
    await carol.callKey(await bob.key());
    await bob.accept();
    await carol.sees('Connected');
    for (const ms of [HOUR_MS, -HOUR_MS]) {
      await setClock(carol.page, ms);
      await expect(carol.page.getByRole('timer')).toHaveText(/^0:\d\d$/);
      await Promise.all([hears(carol.page), hears(bob.page)]);
    }
    await carol.mute();
    await expect(bob.page.getByText(/muted their microphone/)).toBeVisible();
    await carol.hangUp();
    await bob.sees('Ended');
    await expect(carol.callRegion()).toContainText(/0:\d\d/);
  },
);
