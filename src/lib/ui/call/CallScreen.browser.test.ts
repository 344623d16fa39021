import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { EndReason } from '#lib/domain/reasons.ts';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS } from '#lib/testing/fake-people.ts';
import { FakeWoxly } from '#lib/testing/fake-woxly.ts';
import CallScreen from './CallScreen.svelte';

/** A call to Alice, or to whom `key` names, that is being found; `draw` shows what the engine says now. */
async function start(key = KEYS.alice) {
  let time = 1_000_000;
  const fake = new FakeWoxly(() => time);
  await fake.identity.create('Olga');
  fake.contacts.set([contactOf(KEYS.alice, 'Alice')]);
  const app = new AppState(fake);
  await fake.calls.call({ key, devices: [], relays: [] });
  const shown = () => {
    const { onScreen } = app.calls;
    if (!onScreen) throw new Error('no call is on the screen');
    return { app, call: onScreen };
  };
  document.body.style.background = 'black';
  const screen = await render(CallScreen, shown());
  const draw = () => screen.rerender(shown());
  return { fake, app, screen, draw, later: (ms: number) => (time += ms) };
}

test('the status says how far the call is, in order', async () => {
  const { fake, screen, draw } = await start();
  const region = screen.getByRole('region', { name: 'Call with Alice' });
  await expect.element(region).toHaveFocus();
  const status = region.getByRole('status');
  await expect.element(status).toMatchTextContent(/^Finding/);
  for (const stage of ['reaching', 'ringing', 'connecting', 'connected', 'reconnecting'] as const) {
    fake.calls.go(stage);
    await draw();
    const word = stage.charAt(0).toUpperCase() + stage.slice(1);
    await expect.element(status).toMatchTextContent(new RegExp(`^${word}`));
    await expectAccessible('component');
  }
  await expect.element(region.getByRole('timer')).toBeVisible();
});

test('mute and unmute', async () => {
  const { fake, screen, draw } = await start();
  fake.calls.go('connected');
  await draw();
  const mute = screen.getByRole('button', { name: 'Mute' });
  await expect.element(mute).toHaveAttribute('aria-pressed', 'false');
  await mute.click();
  await draw();
  const unmute = screen.getByRole('button', { name: 'Unmute' });
  await expect.element(unmute).toHaveAttribute('aria-pressed', 'true');
  await unmute.click();
  await draw();
  await expect.element(screen.getByRole('button', { name: 'Mute' })).toBeVisible();
});

test('what stands between two people is said, with the way out', async () => {
  const { fake, screen, draw } = await start();
  fake.calls.go('connected', { peerMuted: true, playBlocked: true, microphoneLost: true });
  await draw();
  await expect.element(screen.getByText('Alice has muted their microphone')).toBeVisible();
  await screen.getByRole('button', { name: 'Turn sound on' }).click();
  await screen.getByRole('button', { name: 'Use the microphone again' }).click();
  expect(fake.calls.asked.slice(1)).toEqual(['resume sound', 'reopen microphone']);
  await expectAccessible('component');
});

test('call details follow the figures', async () => {
  const { fake, screen, draw } = await start();
  fake.calls.go('connected');
  await draw();
  fake.calls.qualityNow = { path: 'direct', roundTripMs: 47.6, loss: 0.012, codec: 'opus' };
  await screen.getByRole('button', { name: 'Call details' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Call details' });
  for (const text of ['Direct', '48 ms', '1.2%', 'opus', 'Not known yet']) {
    await expect.element(dialog.getByText(text).first()).toBeVisible();
  }
  await expectAccessible('component');
  fake.calls.qualityNow = { path: 'relayed' };
  await expect.element(dialog.getByText('Relayed', { exact: true })).toBeVisible();
});

test('audio settings: devices and loudness', async () => {
  const { fake, screen, draw } = await start();
  fake.audio.set([{ id: 'a', label: 'Headset' }], []);
  fake.calls.levelsNow = { own: 0.25, peer: 0 };
  fake.calls.go('connected');
  await draw();
  await screen.getByRole('button', { name: 'Audio settings' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Audio settings' });
  await dialog.getByRole('combobox', { name: 'Microphone' }).selectOptions('Headset');
  expect(fake.settings.current.microphone).toBe('a');
  await expect.element(dialog.getByText(/does not let a page choose the speaker/)).toBeVisible();
  const meter = dialog.getByRole('meter', { name: 'Your loudness' });
  await expect.element(meter).toHaveAttribute('aria-valuenow', '50');
  await expectAccessible('component');
});

test('an ended call says why, what to do, and can be made again', async () => {
  const { fake, screen, draw } = await start();
  fake.calls.end('not-found');
  await draw();
  const region = screen.getByRole('region', { name: 'Call with Alice' });
  await expect.element(region.getByRole('status')).toMatchTextContent('Ended: not found');
  await expect.element(region.getByText(/Ask them to open WOXLY/)).toBeVisible();
  await expect.element(region.getByRole('button', { name: 'Close' })).toHaveFocus();
  await expect
    .element(region.getByRole('button', { name: 'Add to contacts' }))
    .not.toBeInTheDocument();
  await expectAccessible('component');
  await region.getByRole('button', { name: 'Call again' }).click();
  expect(fake.calls.asked).toEqual([`call ${KEYS.alice}`, `call ${KEYS.alice}`]);
});

test('a call not made to keep the address hidden says where to change that', async () => {
  const { fake, screen, draw } = await start();
  fake.calls.end('hidden-no-relay');
  await draw();
  const region = screen.getByRole('region', { name: 'Call with Alice' });
  await expect.element(region.getByRole('status')).toMatchTextContent(/^Ended: not made/);
  await expect
    .element(region.getByText(/Settings → Privacy, or in the contact’s menu/))
    .toBeVisible();
});

test('the length and the note of a call that is over', async () => {
  const { fake, screen, draw, later } = await start();
  fake.calls.go('connected');
  later(754_000);
  fake.calls.end('hung-up-by-peer', 'Bye!');
  await draw();
  await expect.element(screen.getByText('Length 12:34')).toBeVisible();
  await expect.element(screen.getByText('Alice wrote: “Bye!”')).toBeVisible();
});

test('a stranger is marked, and can be added afterwards', async () => {
  const { fake, screen, draw } = await start(KEYS.stranger);
  await expect.element(screen.getByText('Not in your contacts')).toBeVisible();
  fake.calls.end('no-answer' satisfies EndReason);
  await draw();
  await screen.getByRole('button', { name: 'Add to contacts' }).click();
  await expect.poll(() => fake.contacts.get(KEYS.stranger)?.trust).toBe('contact');
});
