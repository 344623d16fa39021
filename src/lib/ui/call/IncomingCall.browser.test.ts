import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { userEvent } from 'vitest/browser';
import { AppState } from '#lib/state/app-state.svelte.ts';
import type { IncomingCallView } from '#lib/state/views.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import type { WoxlyPerson } from '#lib/testing/woxly-world.ts';
import IncomingCall from './IncomingCall.svelte';

/** Olga, and somebody whom she does not know. */
async function people(name = 'Bank') {
  const world = await WoxlyWorld.begin({ now: Date.now() });
  const [olga, caller] = await Promise.all([world.person('Olga'), world.person(name)]);
  return { world, olga, caller };
}

/** Olga's screen while the other calls. */
async function ring(caller: WoxlyPerson, olga: WoxlyPerson) {
  await caller.call(olga);
  await olga.comesTo('incoming');
  const { calls } = new AppState(olga.app);
  const { current } = calls;
  return render(IncomingCall, {
    call: current as IncomingCallView,
    onAccept: calls.accept,
    onDecline: calls.decline,
  });
}

async function start() {
  const { olga, caller } = await people();
  return { olga, caller, screen: await ring(caller, olga) };
}

/** The key as a label. */
const short = ({ key }: WoxlyPerson) => `Key ${key.slice(8, 12)}…${key.slice(-4)}`;

test.each([
  ['Alice', true, () => 'Incoming call from Alice'],
  [
    'Bank',
    false,
    (bank: WoxlyPerson) => `Incoming call from “Bank”, ${short(bank)}, not in your contacts`,
  ],
  ['', false, (who: WoxlyPerson) => `Incoming call from ${short(who)}, not in your contacts`],
] as const)('who calls is said in the name: “%s”, a contact: %s', async (name, known, says) => {
  const { olga, caller } = await people(name);
  if (known) await olga.add(caller);
  const screen = await ring(caller, olga);
  const dialog = screen.getByRole('alertdialog', { name: says(caller), exact: true });
  await expect.element(dialog).toBeVisible();
  await expectAccessible('component');
});

test('a key pressed by chance neither accepts nor declines', async () => {
  const { olga, caller, screen } = await start();
  await expect.element(screen.getByRole('alertdialog')).toHaveFocus();
  await userEvent.keyboard('{Enter} {Escape}');
  await expect.element(screen.getByRole('alertdialog')).toBeVisible();
  expect(olga.app.calls.current?.stage).toBe('incoming');
  await caller.comesTo('ringing');
});

test('decline, with the keyboard only', async () => {
  const { olga, caller } = await start();
  await userEvent.keyboard('{Tab}{Enter}');
  expect(olga.app.calls.current).toMatchObject({ stage: 'ended', reason: 'declined' });
  await caller.comesTo('ended');
  expect(caller.app.calls.current).toMatchObject({ reason: 'declined-by-peer' });
  expect(caller.app.calls.current).not.toHaveProperty('note');
});

test('accept, with the keyboard only', async () => {
  const { olga, caller } = await start();
  await userEvent.keyboard('{Tab}{Tab}{Tab}{Enter}');
  await Promise.all([olga.comesTo('connected'), caller.comesTo('connected')]);
});

test('what accepting shows is said before, and nothing where it shows nothing new', async () => {
  const { world, olga, caller } = await people();
  const screen = await ring(caller, olga);
  const dialog = screen.getByRole('alertdialog');
  await expect.element(dialog).toHaveAccessibleDescription(/will see your IP address/);
  olga.app.calls.decline();
  await screen.unmount();
  const alice = await world.person('Alice');
  await olga.add(alice);
  await ring(alice, olga);
  await expect.element(dialog).not.toHaveAccessibleDescription();
});

test.each([
  ['one of three', 'I’ll call you back later.'],
  ['one’s own', 'In the train'],
])('decline with a message: %s', async (which, note) => {
  const { caller, screen } = await start();
  await screen.getByRole('button', { name: 'Decline with message' }).click();
  const own = screen.getByRole('textbox', { name: 'Message' });
  await expect.element(own).toBeVisible();
  await expectAccessible('component');
  if (which === 'one of three') await screen.getByRole('button', { name: note }).click();
  else {
    await own.fill(`  ${note} `);
    await screen.getByRole('button', { name: 'Send and decline' }).click();
  }
  await caller.comesTo('ended');
  expect(caller.app.calls.current).toMatchObject({ reason: 'declined-by-peer', note });
});
