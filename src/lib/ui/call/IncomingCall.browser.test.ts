import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { userEvent } from 'vitest/browser';
import type { CallId } from '#lib/domain/ids.ts';
import type { CallPeer } from '#lib/state/views.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { KEYS } from '#lib/testing/fake-people.ts';
import IncomingCall from './IncomingCall.svelte';

async function start(part: Partial<CallPeer> = {}, acceptShowsAddress = false) {
  const peer: CallPeer = { key: KEYS.stranger, name: 'Bank', trust: 'stranger', ...part };
  const asked: string[] = [];
  const id = 'one' as CallId;
  const screen = await render(IncomingCall, {
    call: { id, stage: 'incoming', direction: 'incoming', peer, started: 0, acceptShowsAddress },
    onAccept: () => asked.push('accept'),
    onDecline: (note?: string) => asked.push(`decline ${note ?? 'without a word'}`),
  });
  return { screen, asked };
}

test.each([
  [{ trust: 'contact', name: 'Alice' }, 'Incoming call from Alice'],
  [{}, 'Incoming call from “Bank”, Key Str8…KzVx, not in your contacts'],
  [{ name: '' }, 'Incoming call from Key Str8…KzVx, not in your contacts'],
] as const)('who calls is said in the name: %o', async (peer, name) => {
  const { screen } = await start(peer);
  await expect.element(screen.getByRole('alertdialog', { name, exact: true })).toBeVisible();
  await expectAccessible('component');
});

test('a key pressed by chance neither accepts nor declines', async () => {
  const { screen, asked } = await start();
  await expect.element(screen.getByRole('alertdialog')).toHaveFocus();
  await userEvent.keyboard('{Enter} {Escape}');
  await expect.element(screen.getByRole('alertdialog')).toBeVisible();
  expect(asked).toEqual([]);
});

test('accept and decline, with the keyboard only', async () => {
  const { asked } = await start();
  await userEvent.keyboard('{Tab}{Enter}{Tab}{Tab}{Enter}');
  expect(asked).toEqual(['decline without a word', 'accept']);
});

test('what accepting shows is said before', async () => {
  const { screen } = await start({}, true);
  const dialog = screen.getByRole('alertdialog');
  await expect.element(dialog).toHaveAccessibleDescription(/will see your IP address/);
});

test('decline with a message: one of three, or one’s own', async () => {
  const { screen, asked } = await start();
  await screen.getByRole('button', { name: 'Decline with message' }).click();
  await screen.getByRole('button', { name: 'I’ll call you back later.' }).click();
  await screen.getByRole('textbox', { name: 'Message' }).fill('  In the train ');
  await screen.getByRole('button', { name: 'Send and decline' }).click();
  expect(asked).toEqual(['decline I’ll call you back later.', 'decline In the train']);
  await expectAccessible('component');
});
