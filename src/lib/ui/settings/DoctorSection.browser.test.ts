import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { until } from '#lib/testing/fake-clock.ts';
import { contactOf, KEYS } from '#lib/testing/fake-people.ts';
import { nameServers } from '#lib/testing/turn-relay.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import DoctorSection from './DoctorSection.svelte';

const STUN = 'stun:turn.example:3478';
const [UDP, TCP, TLS] = [
  'turn:turn.example:3478?transport=udp',
  'turn:turn.example:3478?transport=tcp',
  'turns:turn.example:443?transport=tcp',
] as const;
const ALL: readonly string[] = [STUN, UDP, TCP, TLS];

/**
 * The doctor of Olga, who can be reached by one relay, and to whom all of these servers of it answer.
 * @param gone there is another relay, which cannot be reached
 */
async function start({ servers = ALL, gone = false } = {}) {
  const world = await WoxlyWorld.begin({ relays: gone ? 2 : 1 });
  const [page = expect.fail('no relay'), other] = world.relays.map(({ relay }) => relay);
  page.roundTripMs = 61;
  other?.stop();
  nameServers(page, ...servers);
  const olga = await world.person('Olga', { contacts: [contactOf(KEYS.boris, 'Boris')] });
  const { iceProbe: probe, microphones } = olga.browser;
  for (const url of servers) {
    const isStun = url.startsWith('stun');
    probe.answers.set(url, {
      ...(isStun && { mapped: '192.0.2.7:4321' }),
      relayed: !isStun,
      tookMs: 73,
    });
  }
  probe.turnHosts = ['turn.example'];
  const { app } = olga;
  await until(() => app.reachability.ofServer('turn.example') !== undefined, 'servers');
  if (gone) await until(() => app.reachability.relays[1]?.state === 'unreachable', 'gone');
  const screen = await render(DoctorSection, { app: new AppState(app) });
  const check = () => screen.getByRole('button', { name: 'Check connection' }).click();
  const status = screen.getByRole('status').first();
  const items = screen.getByRole('list', { name: 'Checks' }).getByRole('listitem');
  return { world, olga, probe, microphones, screen, check, status, items };
}

test('each check says what was found and what to do', async () => {
  const { world, olga, probe, microphones, screen, check, status, items } = await start({
    servers: [STUN, UDP, TCP],
    gone: true,
  });
  const alice = await world.person('Alice');
  await olga.add(alice);
  await olga.app.contacts.setHideAddress(alice.key, true);
  probe.answers.set(TCP, 'refuses');
  probe.mapped = ['192.0.2.7:4321', '192.0.2.7:4322'];
  microphones.behaviour = 'waits';
  await screen.getByRole('combobox', { name: 'Also check a call with' }).selectOptions('Alice');
  await check();
  await expect.element(status).toMatchTextContent('Checking…');
  await expect.element(items.nth(0)).toMatchTextContent('Microphone Checking');
  await expectAccessible('component');
  microphones.deny('refused');
  await expect.element(items.nth(9)).toMatchTextContent('A call with Alice Checking');
  await world.pass(10_000);
  const said = [
    'Microphone Doesn’t work: Your browser doesn’t allow it.',
    'Relay Operator 100 Works: Answered in 61 ms',
    'Relay Operator 101 Doesn’t work: You can’t connect to it from here right now.',
    'Voice packets (UDP) Works: Allowed on this network.',
    '(STUN) Works: 192.0.2.7:4321',
    'over UDP (TURN) Works: Answered in 73 ms',
    'over TCP (TURN) Doesn’t work: It isn’t answering.',
    'over TLS (TURN) Not checked: None of your relays offers it.',
    '(NAT) With limits: Strict (symmetric)',
    'A call with Alice Works: Via relay Operator 100.',
  ];
  for (const [index, text] of said.entries()) {
    await expect.element(items.nth(index)).toMatchTextContent(text);
  }
  await expect.element(status).toMatchTextContent('Something doesn’t work.');
  await expectAccessible('component');
});

test('what it comes to: all is well', async () => {
  const { check, status } = await start();
  await check();
  await expect.element(status).toMatchTextContent('Everything works.');
});

test('what it comes to: some of it only half', async () => {
  const { probe, check, status } = await start();
  probe.mapped = ['192.0.2.7:4321', '192.0.2.7:4322'];
  await check();
  await expect.element(status).toMatchTextContent('It works, with limits.');
});

test('what it comes to: it was stopped, and of what it had not looked at nothing is claimed', async () => {
  const { microphones, screen, check, status, items } = await start();
  microphones.behaviour = 'waits';
  await check();
  await screen.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect.element(status).toMatchTextContent('Stopped early.');
  for (const line of items.elements()) expect(line.textContent).toMatch(/Not checked\s*$/);
  await expectAccessible('component');
});

test('a contact is looked into as well, and leaving stops it', async () => {
  const { world, olga, microphones, screen, check, items } = await start();
  const { doctor } = olga.app;
  await screen.getByRole('combobox', { name: 'Also check a call with' }).selectOptions('Boris');
  await check();
  await expect.element(items.nth(8)).toMatchTextContent('A call with Boris Checking');
  await world.pass(20_000);
  await expect
    .element(items.nth(8))
    .toMatchTextContent('A call with Boris Doesn’t work: Not possible right now: they haven’t');
  microphones.behaviour = 'waits';
  await check();
  await expect.poll(() => doctor.running).toBe(true);
  await screen.unmount();
  await expect.poll(() => doctor.running).toBe(false);
  microphones.allow();
  await world.pass(1_000);
  expect(microphones.recording).toBe(0);
});

test('echo: two meters, the way and the delay, and the truth about what is heard', async () => {
  const { world, olga, probe, microphones, screen } = await start();
  microphones.behaviour = 'waits';
  await screen.getByRole('button', { name: 'Start echo test' }).click();
  await expect.element(screen.getByText('Connecting…')).toBeVisible();
  microphones.allow();
  await expect.element(screen.getByText(/Nothing has come back yet/)).toBeVisible();
  const [echo = expect.fail('no echo')] = probe.opened;
  echo.loudness = 0.01;
  const own = screen.getByRole('meter', { name: 'Your microphone' });
  await expect.element(own).toHaveAttribute('aria-valuenow', '70');
  const back = screen.getByRole('meter', { name: 'What comes back' });
  await expect.element(back).toHaveAttribute('aria-valuenow', '10');
  await world.pass(500);
  await expect.element(screen.getByText(/Nothing has come back yet/)).toBeVisible();
  Object.assign(echo, { loudness: 0.25, delay: 187.4 });
  await world.pass(500);
  await expect.element(back).toHaveAttribute('aria-valuenow', '50');
  await expect.element(screen.getByText('Your voice is coming back.')).toBeVisible();
  await expect.element(screen.getByText('Via Operator 100 · Delay 187 ms')).toBeVisible();
  await expectAccessible('component');
  await screen.getByRole('button', { name: 'Stop echo test' }).click();
  expect(olga.app.echo.view.state).toBe('idle');
  expect([echo.closed, microphones.recording]).toEqual([true, 0]);
});

test('echo: a call comes first', async () => {
  const { world, olga, probe, screen } = await start();
  const alice = await world.person('Alice');
  await screen.getByRole('button', { name: 'Start echo test' }).click();
  await expect.element(screen.getByRole('button', { name: 'Stop echo test' })).toBeVisible();
  await expect.poll(() => probe.opened.length).toBe(1);
  await alice.call(olga);
  await olga.comesTo('incoming');
  await expect.element(screen.getByRole('button', { name: 'Start echo test' })).toBeDisabled();
  expect(olga.app.echo.view.state).toBe('idle');
  expect(probe.opened[0]?.closed).toBe(true);
});

test.each([
  ['the microphone is refused', 'doesn’t allow it'],
  ['there is no TURN', 'None of your relays carries calls'],
  ['TURN gives no path', 'couldn’t connect through the relay'],
] as const)('echo: why not (%s)', async (why, said) => {
  const { world, probe, microphones, screen } = await start({
    servers: why === 'there is no TURN' ? [STUN] : ALL,
  });
  if (why === 'the microphone is refused') microphones.behaviour = 'refused';
  if (why === 'TURN gives no path') probe.echoes = 'fail';
  await screen.getByRole('button', { name: 'Start echo test' }).click();
  if (why === 'there is no TURN') await world.pass(10_000);
  await expect.element(screen.getByRole('alert')).toMatchTextContent(said);
  await expect.element(screen.getByRole('button', { name: 'Start echo test' })).toBeVisible();
  expect(microphones.recording).toBe(0);
  await expectAccessible('component');
});

test('the microphone of the echo test does not stay open on another page', async () => {
  const { microphones, probe, screen } = await start();
  await screen.getByRole('button', { name: 'Start echo test' }).click();
  await expect.poll(() => probe.opened.length).toBe(1);
  expect(microphones.recording).toBe(1);
  await screen.unmount();
  expect(microphones.recording).toBe(0);
  expect(probe.opened[0]?.closed).toBe(true);
});
