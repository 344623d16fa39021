import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { KEYS } from '#lib/testing/fake-people.ts';
import { relayOf } from '#lib/testing/fake-relays.ts';
import { FakeWoxly } from '#lib/testing/fake-woxly.ts';
import RelaysSection from './RelaysSection.svelte';

const RELAY = `/dns4/relay.example/tcp/443/tls/ws/p2p/${KEYS.chen}` as RelayAddress;

async function start() {
  const fake = new FakeWoxly();
  fake.reachability.set('reachable', [
    relayOf(RELAY, { operator: 'Example e.V.', roundTripMs: 48.4, load: 0.123, turn: true }),
  ]);
  const screen = await render(RelaysSection, { app: new AppState(fake) });
  const list = screen.getByRole('list', { name: 'Relays' });
  const choose = async (item: string, name = 'Example e.V. (relay.example)') => {
    await screen.getByRole('button', { name: `More about relay ${name}` }).click();
    await screen.getByRole('menuitem', { name: item }).click();
  };
  return { fake, screen, list, choose };
}

test('each relay says who runs it and how it is doing, as far as that is known', async () => {
  const { fake, list } = await start();
  await expect.element(list.getByText('Example e.V.')).toBeVisible();
  await expect.element(list.getByText('Reachable · 48 ms · 12% full')).toBeVisible();
  await expect.element(list.getByText('App loaded from here · Carries calls (TURN)')).toBeVisible();
  await expectAccessible('component');
  fake.reachability.set('connecting', [
    relayOf(RELAY, { state: 'refused', origin: 'directory', turn: false }),
  ]);
  await expect.element(list.getByText('Full right now')).toBeVisible();
  await expect
    .element(list.getByText('From other relays · Introductions only (no TURN)'))
    .toBeVisible();
});

test('a relay is preferred, and that is seen', async () => {
  const { fake, screen, list } = await start();
  await screen.getByRole('button', { name: /^More about relay/ }).click();
  await expectAccessible('component');
  await screen.getByRole('menuitemcheckbox', { name: 'Prefer' }).click();
  await expect.element(list.getByRole('img', { name: 'Preferred' })).toBeVisible();
  expect(fake.reachability.relays[0]?.preferred).toBe(true);
});

test('a relay is removed, but not unasked', async () => {
  const { screen, choose } = await start();
  await choose('Remove');
  const dialog = screen.getByRole('alertdialog', { name: 'Remove relay Example e.V.?' });
  await expectAccessible('component');
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect.element(screen.getByText(/You have no relays/)).toBeVisible();
});

test('a test says each step, and what they come to', async () => {
  const { fake, screen, choose } = await start();
  fake.reachability.testNow = { reached: { tookMs: 84 }, roundTripMs: 47, lookup: true };
  await choose('Test');
  const dialog = screen.getByRole('dialog', { name: 'Test relay Example e.V.' });
  const steps = dialog.getByRole('list', { name: 'Test steps' }).getByRole('listitem');
  await expect.element(dialog.getByRole('status')).toMatchTextContent('This relay works.');
  const said = [/Connection Works: 84 ms/, /Works: 47 ms/, /Works: Answers/, /TURN.*Not tested/];
  for (const [index, text] of said.entries()) {
    await expect.element(steps.nth(index)).toMatchTextContent(text);
  }
  await expectAccessible('component');
  fake.reachability.testNow = { reached: { tookMs: 84 }, lookup: false, turn: 'silent' };
  await dialog.getByRole('button', { name: 'Test again' }).click();
  await expect.element(dialog.getByRole('status')).toMatchTextContent('not everything works');
  fake.reachability.testNow = { reached: 'unreachable' };
  await dialog.getByRole('button', { name: 'Test again' }).click();
  await expect.element(dialog.getByRole('status')).toMatchTextContent('can’t use this relay');
  await expect.element(steps.nth(0)).toMatchTextContent('Doesn’t work: Not reachable');
});

test('a relay is shared as a link and a code', async () => {
  const { fake, screen, choose } = await start();
  await choose('Share');
  const dialog = screen.getByRole('dialog', { name: 'Share relay Example e.V.' });
  const link = dialog.getByRole('textbox', { name: 'Relay link' });
  await expect.element(link).toHaveValue(fake.reachability.link(RELAY));
  await expect
    .element(dialog.getByRole('img', { name: 'QR code of the relay link' }))
    .toBeVisible();
  await expectAccessible('component');
});

test('a relay is added, or it is said why not', async () => {
  const { fake, screen, list } = await start();
  const address = screen.getByRole('textbox', { name: 'Relay address' });
  const add = screen.getByRole('button', { name: 'Add relay' });
  const wrong = [
    ['', 'Enter the address'],
    ['nonsense', 'not a relay address'],
    [RELAY, 'already in the list'],
  ] as const;
  for (const [typed, said] of wrong) {
    await address.fill(typed);
    await add.click();
    await expect.element(screen.getByRole('alert')).toMatchTextContent(said);
    await expect.element(address).toHaveFocus();
  }
  const mine = RELAY.replace('relay.example', 'mine.example');
  await address.fill(` ${mine} `);
  fake.reachability.refuse = 'no-answer';
  await add.click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent('Nothing answered there');
  await expectAccessible('component');
  fake.reachability.refuse = undefined;
  await add.click();
  await expect.element(list.getByText('mine.example')).toBeVisible();
  await expect.element(address).toHaveValue('');
});

test('all relays are tried again', async () => {
  const { fake, screen } = await start();
  await screen.getByRole('button', { name: 'Reconnect' }).click();
  expect(fake.reachability.retries).toBe(1);
});

test('STUN and TURN servers of one’s own', async () => {
  const { fake, screen } = await start();
  await screen.getByText('Your own STUN and TURN servers').click();
  const url = screen.getByRole('textbox', { name: 'Server address' });
  const add = screen.getByRole('button', { name: 'Add server' });
  await url.fill('turn.example');
  await add.click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent('turn:turn.example.org');
  await url.fill('turn:turn.example');
  await add.click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent('username and a password');
  await expectAccessible('component');
  await screen.getByRole('textbox', { name: 'Username' }).fill('me');
  await screen.getByLabelText('Password').fill('secret');
  await add.click();
  const servers = screen.getByRole('list', { name: 'Your own STUN and TURN servers' });
  await expect.element(servers.getByText('turn:turn.example')).toBeVisible();
  expect(fake.settings.current.iceServers).toEqual([
    { url: 'turn:turn.example', username: 'me', credential: 'secret' },
  ]);
  await expect.element(url).toHaveValue('');
  await screen.getByRole('button', { name: 'Remove server turn:turn.example' }).click();
  await expect.element(servers).not.toBeInTheDocument();
  expect(fake.settings.current.iceServers).toEqual([]);
});
