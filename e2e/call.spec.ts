import { IN_FULL } from '../scripts/full-run.ts';
import { hears, hearsSilence, heard } from './ear.ts';
import { expect, test } from './people.ts';

test('two people find each other by key, and hear each other', async ({ person }) => {
  const [alice, bob] = await Promise.all([
    person('Alice', { voice: 'high' }),
    person('Bob', { voice: 'low' }),
  ]);
  await alice.callKey(await bob.key());
  await alice.sees('Ringing');
  await expect(bob.incoming()).toContainText('not in your contacts');
  await expect(bob.incoming()).toHaveAccessibleName(/Alice/);
  await bob.accept();
  await alice.sees('Connected');
  await bob.sees('Connected');
  await Promise.all([hears(alice.page), hears(bob.page)]);

  await alice.hangUp();
  await alice.sees('Ended');
  await bob.sees('Ended');
});

test('contacts call in both directions, one call after the other', async ({
  friends: [alice, bob],
}) => {
  await alice.call(bob);
  await bob.accept();
  await Promise.all([hears(alice.page), hears(bob.page)]);
  await bob.hangUp();
  await alice.sees('Ended');
  await alice.dismiss();
  await bob.dismiss();

  await bob.call(alice);
  await bob.sees('Ringing');
  await alice.accept();
  await Promise.all([hears(alice.page), hears(bob.page)]);
  await alice.sees('Connected');
});

test('nothing is heard before Accept, though the path of a contact is connected', async ({
  friends: [alice, bob],
}) => {
  await alice.call(bob);
  await alice.sees('Ringing');
  await expect(async () => {
    const voices = (await alice.voiceConnections()).filter(({ state }) => state === 'connected');
    expect(voices).toHaveLength(1);
  }).toPass({ timeout: 15_000 });
  expect((await heard(alice.page)).energy).toBe(0);
  expect((await heard(bob.page)).energy).toBe(0);
  await bob.accept();
  await Promise.all([hears(alice.page), hears(bob.page)]);
});

test('declined', async ({ friends: [alice, bob] }) => {
  await alice.call(bob);
  await bob.decline();
  await alice.sees('Ended: ');
  await expect(alice.callStatus()).toContainText(/declined/i);
  await expect(bob.incoming()).toBeHidden();
});

test(
  'declined with a message, which the caller reads',
  IN_FULL,
  async ({ friends: [alice, bob] }) => {
    await alice.call(bob);
    await bob.incoming().getByRole('button', { name: 'Decline with message' }).click();
    await bob.page.getByRole('textbox', { name: 'Message' }).fill('In ten minutes');
    await bob.page.getByRole('button', { name: 'Send and decline' }).click();
    await alice.sees('Ended: ');
    await expect(alice.callRegion()).toContainText('In ten minutes');
  },
);

test('cancelled: it stops ringing at once and is a missed call', async ({
  friends: [alice, bob],
}) => {
  await alice.call(bob);
  await expect(bob.incoming()).toBeVisible();
  await alice.hangUp();
  await expect(bob.incoming()).toBeHidden();
  await bob.goTo('Calls');
  const calls = bob.page.getByRole('list', { name: 'Calls' });
  await expect(calls.getByRole('listitem').first()).toContainText(/missed/i);
  await expect(calls.getByRole('listitem').first()).toContainText('Alice');
});

test('busy: a contact is told, the call that is live goes on, and it is a missed call', async ({
  person,
  friends: [alice, bob],
}) => {
  const carol = await person('Carol', { voice: 'high' });
  await carol.callKey(await bob.key());
  await bob.accept();
  await hears(bob.page);
  await alice.call(bob);
  await alice.sees('Ended: ');
  await expect(alice.callStatus()).toContainText(/busy|another call/i);
  await hears(bob.page);
  await bob.hangUp();
  await bob.dismiss();
  await bob.goTo('Calls');
  const calls = bob.page.getByRole('list', { name: 'Calls' }).getByRole('listitem');
  await expect(calls.filter({ hasText: 'Alice' }).first()).toContainText(/missed/i);
});

test('both press Call: one call, no second ring', IN_FULL, async ({ contacts: [alice, bob] }) => {
  await Promise.all([alice.call(bob), bob.call(alice)]);
  await Promise.all([alice.sees('Connected'), bob.sees('Connected')]);
  await Promise.all([hears(alice.page), hears(bob.page)]);
  await expect(alice.incoming()).toBeHidden();
  await expect(bob.incoming()).toBeHidden();
  await alice.hangUp();
  await bob.sees('Ended');
  await bob.dismiss();
  await bob.goTo('Calls');
  const calls = bob.page.getByRole('list', { name: 'Calls' });
  await expect(calls.getByRole('listitem').filter({ hasText: 'Alice' })).toHaveCount(1);
});

test('mute: the other side sees it and hears silence, then hears again', async ({
  friends: [alice, bob],
}) => {
  await alice.call(bob);
  await bob.accept();
  await hears(bob.page);
  await alice.mute();
  await expect(alice.callRegion().getByRole('button', { name: 'Unmute' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await expect(bob.callRegion()).toContainText(/muted/i);
  await hearsSilence(bob.page);
  await alice.unmute();
  await hears(bob.page);
  await expect(bob.callRegion()).not.toContainText(/muted/i);
});

for (const [how, leave] of [
  ['navigates away', 'about:blank'],
  ['reloads', undefined],
] as const) {
  const run = leave === undefined ? {} : IN_FULL;
  test(
    `whoever ${how} ends the call for the other side at once`,
    run,
    async ({ friends: [alice, bob] }) => {
      await alice.call(bob);
      await bob.accept();
      await Promise.all([alice.sees('Connected'), bob.sees('Connected')]);
      if (leave === undefined) await alice.page.reload();
      else await alice.page.goto(leave);
      // By a goodbye, and not because nothing more was heard.
      await expect(bob.callStatus()).toHaveText(/^\s*Ended: They hung up/);
      await alice.page.goto('/');
      await alice.reachable();
    },
  );
}

test(
  'whoever leaves while it rings stops the ringing at once',
  IN_FULL,
  async ({ friends: [alice, bob] }) => {
    await alice.call(bob);
    await expect(bob.incoming()).toBeVisible();
    await alice.page.goto('about:blank');
    await expect(bob.incoming()).toBeHidden();
    await alice.page.goto('/');
    await alice.reachable();
  },
);

test(
  'call details tell the path, the codec and the rates',
  IN_FULL,
  async ({ friends: [alice, bob] }) => {
    await alice.call(bob);
    await bob.accept();
    await hears(bob.page);
    const details = await bob.openDialog('Call details');
    await expect(details).toContainText('Direct');
    await expect(details).toContainText(/opus/i);
    await expect(details).toContainText('kbit/s');
    await expect(details).toContainText(/\d+ ms/);
  },
);

test('a refused microphone ends the call with that reason, and nothing rings', async ({
  person,
  friends: [, bob],
}) => {
  const carol = await person('Carol', { microphone: 'refused' });
  await carol.callKey(await bob.key());
  await carol.sees('Ended: ');
  await expect(carol.callStatus()).toContainText(/microphone/i);
  await expect(bob.incoming()).toBeHidden();
});

test(
  'a callee whose microphone is refused: both are told',
  IN_FULL,
  async ({ person, friends: [alice] }) => {
    const carol = await person('Carol', { microphone: 'refused' });
    await alice.callKey(await carol.key());
    await carol.accept();
    await carol.sees('Ended: ');
    await expect(carol.callStatus()).toContainText(/microphone/i);
    await alice.sees('Ended: ');
    await expect(alice.callStatus()).toContainText(/microphone/i);
  },
);

test(
  'a key that nobody has is not found; a person who has left is not reachable',
  IN_FULL,
  async ({ person }) => {
    const [alice, bob] = await Promise.all([person('Alice'), person('Bob')]);
    await alice.add(bob);
    await alice.callKey('12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN');
    await alice.sees('Ended: ');
    await expect(alice.callStatus()).toContainText(/found/i);
    await alice.dismiss();
    await bob.context.close();
    await alice.call(bob);
    await alice.sees('Ended: ');
    await expect(alice.callStatus()).toContainText(/reach|online/i);
  },
);

test(
  'nobody answers for a minute: both sides stop, and the callee has a missed call',
  IN_FULL,
  async ({ friends: [alice, bob] }) => {
    await alice.call(bob);
    await expect(bob.incoming()).toBeVisible();
    await expect(alice.callStatus()).toHaveText(/^\s*Ended/, { timeout: 70_000 });
    await expect(alice.callStatus()).toContainText(/answer/i);
    await expect(bob.incoming()).toBeHidden();
    await bob.goTo('Calls');
    const calls = bob.page.getByRole('list', { name: 'Calls' });
    await expect(calls.getByRole('listitem').first()).toContainText(/missed/i);
  },
);

test(
  'a page that is about to be frozen says so at once, and that it is back',
  IN_FULL,
  async ({ friends: [alice, bob] }) => {
    await alice.call(bob);
    await bob.accept();
    await Promise.all([alice.sees('Connected'), hears(bob.page)]);
    // Chromium freezes no page under a test: behind an alert nothing of the page runs either.
    const asleep = alice.page.waitForEvent('dialog');
    const awake = alice.page.evaluate(() => {
      document.dispatchEvent(new Event('freeze'));
      alert('frozen');
      document.dispatchEvent(new Event('resume'));
    });
    const dialog = await asleep;
    await expect(bob.callRegion()).toContainText('Alice has WOXLY in the background');
    await dialog.dismiss();
    await awake;
    await expect(bob.callRegion()).not.toContainText('in the background');
    await bob.sees('Connected');
  },
);
