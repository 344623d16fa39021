import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { until } from '#lib/testing/fake-clock.ts';
import { describedRelay } from '#lib/testing/relay-descriptors.ts';
import { answerLookups, ignoreLookups, nameRelays } from '#lib/testing/relay-services.ts';
import type { SaidOfThemselves } from '#lib/testing/relay-services.ts';
import { nameServers } from '#lib/testing/turn-relay.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import type { WoxlyPerson } from '#lib/testing/woxly-world.ts';
import RelaysSection from './RelaysSection.svelte';

const TURN = 'turn:turn.example:3478?transport=udp';

const ONE: SaidOfThemselves = [{ operator: 'Example e.V.', reservations: 123 }];

/** The relays of somebody who is online, the first of whom served the page, with the screen that shows them. */
async function start({ said = ONE, prepare = (_: WoxlyWorld) => {} } = {}) {
  const world = await WoxlyWorld.begin({ relays: said.length });
  const relays = world.relays.map(({ relay }) => relay);
  const [page = expect.fail('no relay')] = relays;
  page.roundTripMs = 48.4;
  nameRelays(page, world.relays, said);
  prepare(world);
  const person = await world.person('Olga');
  await until(() => person.app.reachability.relays[0]?.operator !== undefined, 'described');
  const screen = await render(RelaysSection, { app: new AppState(person.app) });
  const list = screen.getByRole('list', { name: 'Relays' });
  const choose = async (item: string) => {
    const name = 'More about relay Example e.V. (relay-100.network-100.example)';
    await screen.getByRole('button', { name }).click();
    await screen.getByRole('menuitem', { name: item }).click();
  };
  return { world, page, relays, person, screen, list, choose };
}

const stored = ({ browser }: WoxlyPerson) => browser.stores.settings.load();

test('each relay says who runs it and how it is doing, as far as that is known', async () => {
  const { list } = await start({
    said: [...ONE, { operator: 'Full House', turn: false }],
    prepare: ({ relays }) => Object.assign(relays[1]?.relay ?? {}, { capacity: 0 }),
  });
  const [first, second] = [list.getByRole('listitem').nth(0), list.getByRole('listitem').nth(1)];
  await expect.element(first.getByText('Example e.V.')).toBeVisible();
  await expect.element(first.getByText('Reachable · 48 ms · 12% full')).toBeVisible();
  await expect
    .element(first.getByText('App loaded from here · Carries calls (TURN)'))
    .toBeVisible();
  await expect.element(second.getByText('Full right now · 1% full')).toBeVisible();
  await expect
    .element(second.getByText('From other relays · Introductions only (no TURN)'))
    .toBeVisible();
  await expectAccessible('component');
});

test('a relay that is lost says so, and all relays are tried again', async () => {
  const { page, person, screen, list } = await start();
  page.stop();
  await expect.element(list.getByText(/^Not reachable/)).toBeVisible();
  page.start();
  expect(person.app.reachability.status).toBe('offline');
  await screen.getByRole('button', { name: 'Reconnect' }).click();
  await expect.element(list.getByText('Reachable · 48 ms · 12% full')).toBeVisible();
  expect(page.holds(person.browser.device)).toBe(true);
});

test('a relay is preferred, and that is seen', async () => {
  const { world, person, screen, list } = await start();
  await screen.getByRole('button', { name: /^More about relay/ }).click();
  await expectAccessible('component');
  await screen.getByRole('menuitemcheckbox', { name: 'Prefer' }).click();
  await expect.element(list.getByRole('img', { name: 'Preferred' })).toBeVisible();
  expect((await stored(person)).preferredRelays).toEqual([world.relays[0]?.id]);
});

test('a relay is removed, but not unasked', async () => {
  const { world, page, person, screen, choose } = await start();
  await choose('Remove');
  const dialog = screen.getByRole('alertdialog', { name: 'Remove relay Example e.V.?' });
  await expectAccessible('component');
  expect(page.holds(person.browser.device)).toBe(true);
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect.element(screen.getByText(/You have no relays/)).toBeVisible();
  expect(page.holds(person.browser.device)).toBe(false);
  expect((await stored(person)).refusedRelays).toEqual([world.relays[0]?.id]);
});

test('a test says each step, and what they come to', async () => {
  const { page, person, screen, choose } = await start();
  await choose('Test');
  const dialog = screen.getByRole('dialog', { name: 'Test relay Example e.V.' });
  const steps = dialog.getByRole('list', { name: 'Test steps' }).getByRole('listitem');
  const comesTo = async (verdict: string, ...said: readonly RegExp[]) => {
    await expect.element(dialog.getByRole('status')).toMatchTextContent(verdict);
    for (const [index, text] of said.entries()) {
      await expect.element(steps.nth(index)).toMatchTextContent(text);
    }
  };
  const again = () => dialog.getByRole('button', { name: 'Test again' }).click();
  const works = [/Connection Works: 0 ms/, /Works: 48 ms/, /Works: Answers/] as const;
  await comesTo('This relay works.', ...works, /TURN.*Not checked: Not offered/);
  await expectAccessible('component');

  nameServers(page, TURN);
  person.browser.iceProbe.answers.set(TURN, { relayed: true, tookMs: 60 });
  await again();
  await comesTo('This relay works.', ...works, /TURN.*Works: Answers/);

  person.browser.iceProbe.answers.set(TURN, 'refuses');
  ignoreLookups(page);
  await again();
  const silent = [/people.*Doesn’t work: Doesn’t answer/, /TURN.*Doesn’t work: Doesn’t answer/];
  await comesTo('not everything works', ...works.slice(0, 2), ...silent);

  page.stop();
  await again();
  await comesTo('can’t use this relay', /Doesn’t work: Not reachable/, /Not checked: Not tested/);
});

test('a browser without voice connections says of TURN only that it was not tested', async () => {
  const world = await WoxlyWorld.begin();
  for (const { relay } of world.relays) nameServers(relay, TURN);
  const browser = world.browser();
  browser.paths.supported = false;
  const app = await browser.open();
  await app.identity.create('Olga');
  await until(() => app.reachability.status === 'reachable', 'reachable');
  const screen = await render(RelaysSection, { app: new AppState(app) });
  await screen.getByRole('button', { name: /^More about relay/ }).click();
  await screen.getByRole('menuitem', { name: 'Test' }).click();
  await expect.element(screen.getByRole('status')).toMatchTextContent('This relay works.');
  const turn = screen.getByRole('list', { name: 'Test steps' }).getByRole('listitem').nth(3);
  await expect.element(turn).toMatchTextContent(/TURN.*Not checked: Not tested/);
});

test('a relay is shared as a link and a code', async () => {
  const { page, person, screen, choose } = await start();
  await choose('Share');
  const dialog = screen.getByRole('dialog', { name: 'Share relay Example e.V.' });
  const link = dialog.getByRole('textbox', { name: 'Relay link' });
  await expect.element(link).toHaveValue(person.app.reachability.link(page.address));
  const { value } = link.element() as HTMLInputElement;
  expect(value).toMatch(/^https:\/\/woxly\.example\/#\/r\//);
  expect(person.app.reachability.read(value)).toBe(page.address);
  await expect
    .element(dialog.getByRole('img', { name: 'QR code of the relay link' }))
    .toBeVisible();
  await expectAccessible('component');
});

test('a relay is added, or it is said why not', async () => {
  const { world, page, person, screen, list } = await start();
  const mine = await describedRelay(200, 'mine.example');
  const field = screen.getByRole('textbox', { name: 'Relay address' });
  const add = screen.getByRole('button', { name: 'Add relay' });
  const refused = async (said: string) => {
    await add.click();
    await expect.element(screen.getByRole('alert')).toMatchTextContent(said);
    await expect.element(field).toHaveFocus();
  };
  const wrong = [
    ['', 'Enter the address'],
    ['nonsense', 'not a relay address'],
    [page.address, 'already in the list'],
    [` ${mine.address} `, 'Nothing answered there'],
  ] as const;
  for (const [typed, said] of wrong) {
    await field.fill(typed);
    await refused(said);
  }
  await expectAccessible('component');
  const relay = world.network.relay(mine.address);
  await refused('not a WOXLY relay');
  answerLookups(relay);
  await add.click();
  await expect.element(list.getByText('mine.example')).toBeVisible();
  await expect.element(list.getByText('Added by you')).toBeVisible();
  await expect.element(field).toHaveValue('');
  expect((await stored(person)).relays).toEqual([mine.address]);
  await expect.poll(() => relay.holds(person.browser.device)).toBe(true);
});

test('STUN and TURN servers of one’s own', async () => {
  const { person, screen } = await start();
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
  expect((await stored(person)).iceServers).toEqual([
    { url: 'turn:turn.example', username: 'me', credential: 'secret' },
  ]);
  await expect.element(url).toHaveValue('');
  await screen.getByRole('button', { name: 'Remove server turn:turn.example' }).click();
  await expect.element(servers).not.toBeInTheDocument();
  expect((await stored(person)).iceServers).toEqual([]);
});
