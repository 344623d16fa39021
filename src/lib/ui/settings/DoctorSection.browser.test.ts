import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import type { DoctorCheck } from '#lib/state/views.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS } from '#lib/testing/fake-people.ts';
import { FakeWoxly } from '#lib/testing/fake-woxly.ts';
import DoctorSection from './DoctorSection.svelte';

async function start() {
  const fake = new FakeWoxly();
  fake.contacts.set([contactOf(KEYS.alice, 'Alice')]);
  const screen = await render(DoctorSection, { app: new AppState(fake) });
  return { fake, screen };
}

const CHECKS: readonly DoctorCheck[] = [
  { check: 'microphone', state: 'bad', problem: 'refused' },
  { check: 'relay', state: 'good', name: 'relay.example', result: { reached: { tookMs: 61 } } },
  { check: 'relay', state: 'bad', name: 'gone.example', result: { reached: 'unreachable' } },
  { check: 'udp', state: 'good' },
  { check: 'stun', state: 'good', mapped: '192.0.2.7:4321' },
  { check: 'turn', state: 'good', transport: 'udp', tookMs: 73 },
  { check: 'turn', state: 'bad', transport: 'tcp' },
  { check: 'turn', state: 'skipped', transport: 'tls' },
  { check: 'nat', state: 'warning', kind: 'symmetric' },
  {
    check: 'verdict',
    state: 'good',
    name: 'Alice',
    verdict: { path: 'relayed', via: 'relay.example' },
  },
];

test('each check says what was found and what to do', async () => {
  const { fake, screen } = await start();
  await screen.getByRole('button', { name: 'Check connection' }).click();
  expect(fake.doctor.runs).toEqual(['nobody']);
  const status = screen.getByRole('status').first();
  await expect.element(status).toMatchTextContent('Checking…');
  fake.doctor.find([{ check: 'microphone', state: 'running' }], true);
  const items = screen.getByRole('list', { name: 'Checks' }).getByRole('listitem');
  await expect.element(items.nth(0)).toMatchTextContent('Microphone Checking');
  await expectAccessible('component');
  fake.doctor.find(CHECKS);
  const said = [
    'Microphone Doesn’t work: Your browser doesn’t allow it.',
    'Relay relay.example Works: Answered in 61 ms',
    'Relay gone.example Doesn’t work: You can’t connect to it from here right now.',
    'Voice packets (UDP) Works: Allowed on this network.',
    '(STUN) Works: 192.0.2.7:4321',
    'over UDP (TURN) Works: Answered in 73 ms',
    'over TCP (TURN) Doesn’t work: It isn’t answering.',
    'over TLS (TURN) Not checked: None of your relays offers it.',
    '(NAT) With limits: Strict (symmetric)',
    'A call with Alice Works: Via relay relay.example.',
  ];
  for (const [index, text] of said.entries()) {
    await expect.element(items.nth(index)).toMatchTextContent(text);
  }
  await expect.element(status).toMatchTextContent('Something doesn’t work.');
  await expectAccessible('component');
});

test.each([
  [[{ check: 'udp', state: 'good' }], 'Everything works.'],
  [[{ check: 'nat', state: 'warning', kind: 'symmetric' }], 'It works, with limits.'],
  [
    [
      { check: 'udp', state: 'good' },
      { check: 'stun', state: 'waiting' },
    ],
    'Stopped early.',
  ],
] as const)('what it comes to: %o', async (checks, said) => {
  const { fake, screen } = await start();
  fake.doctor.find(checks);
  await expect.element(screen.getByRole('status').first()).toMatchTextContent(said);
});

test('a contact is looked into as well, and leaving stops it', async () => {
  const { fake, screen } = await start();
  await screen.getByRole('combobox', { name: 'Also check a call with' }).selectOptions('Alice');
  await screen.getByRole('button', { name: 'Check connection' }).click();
  expect(fake.doctor.runs).toEqual([KEYS.alice]);
  expect(fake.doctor.running).toBe(true);
  await screen.unmount();
  expect(fake.doctor.running).toBe(false);
});

test('echo: two meters, the way and the delay, and the truth about what is heard', async () => {
  const { fake, screen } = await start();
  await screen.getByRole('button', { name: 'Start echo test' }).click();
  await expect.element(screen.getByText('Connecting…')).toBeVisible();
  fake.echo.levelsNow = { own: 0.25, back: 0.01 };
  fake.echo.show({ state: 'running', via: 'relay.example', heard: false });
  await expect.element(screen.getByText(/Nothing has come back yet/)).toBeVisible();
  const own = screen.getByRole('meter', { name: 'Your microphone' });
  await expect.element(own).toHaveAttribute('aria-valuenow', '50');
  const back = screen.getByRole('meter', { name: 'What comes back' });
  await expect.element(back).toHaveAttribute('aria-valuenow', '10');
  fake.echo.show({ state: 'running', via: 'relay.example', heard: true, delayMs: 187.4 });
  await expect.element(screen.getByText('Your voice is coming back.')).toBeVisible();
  await expect.element(screen.getByText('Via relay.example · Delay 187 ms')).toBeVisible();
  await expectAccessible('component');
  await screen.getByRole('button', { name: 'Stop echo test' }).click();
  expect(fake.echo.view.state).toBe('idle');
});

test('echo: a call comes first', async () => {
  const { fake, screen } = await start();
  await screen.getByRole('button', { name: 'Start echo test' }).click();
  fake.calls.ring({ key: KEYS.alice, name: 'Alice', trust: 'contact' });
  await expect.poll(() => fake.echo.view.state).toBe('idle');
  await expect.element(screen.getByRole('button', { name: 'Start echo test' })).toBeDisabled();
});

test.each([
  ['refused', 'doesn’t allow it'],
  ['no-turn', 'None of your relays carries calls'],
  ['no-path', 'couldn’t connect through the relay'],
] as const)('echo: why not (%s)', async (why, said) => {
  const { fake, screen } = await start();
  fake.echo.show({ state: 'failed', why });
  await expect.element(screen.getByRole('alert')).toMatchTextContent(said);
  await expect.element(screen.getByRole('button', { name: 'Start echo test' })).toBeVisible();
  await expectAccessible('component');
});

test('the microphone of the echo test does not stay open on another page', async () => {
  const { fake, screen } = await start();
  await screen.getByRole('button', { name: 'Start echo test' }).click();
  await screen.unmount();
  expect(fake.echo.view.state).toBe('idle');
});
