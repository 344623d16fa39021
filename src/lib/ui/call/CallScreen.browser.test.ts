import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { RelayAddress } from '#lib/domain/ids.ts';
import type { EndReason } from '#lib/domain/reasons.ts';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS } from '#lib/testing/fake-people.ts';
import { relayOf } from '#lib/testing/fake-relays.ts';
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
  await expect.element(status).toMatchTextContent(/^Finding Looking for Alice…$/);
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
  fake.calls.go('connected', {
    notices: [{ is: 'play-blocked' }, { is: 'microphone-lost' }],
    peerNotices: ['muted'],
  });
  await draw();
  await expect.element(screen.getByText('Alice has muted their microphone')).toBeVisible();
  await screen.getByRole('button', { name: 'Turn on sound' }).click();
  await screen.getByRole('button', { name: 'Turn microphone back on' }).click();
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

test('a broken path: whose network, and how long it is tried; the countdown is not read aloud', async () => {
  const { fake, screen, draw } = await start();
  fake.calls.go('connected');
  const deadline = Date.now() + 42_500;
  const status = screen.getByRole('status').first();
  for (const [cause, said] of [
    ['own-network', 'your network'],
    ['peer-network', 'Alice’s network'],
    ['unknown', 'The connection dropped'],
  ] as const) {
    fake.calls.go('reconnecting', { broken: { cause, deadline } });
    await draw();
    await expect.element(status).toMatchTextContent(new RegExp(`^Reconnecting.*${said}`));
    await expectAccessible('component');
  }
  const countdown = screen.getByText(/^Gives up in 0:4[0-2]$/);
  await expect.element(countdown).toBeVisible();
  expect(countdown.element().closest('[aria-live], [role=status], [role=alert]')).toBeNull();
});

test.each([
  ['background', 'Alice has WOXLY in the background'],
  ['microphone-lost', 'Alice’s microphone cut out'],
  ['silent', 'There’s no sound from Alice'],
  ['unheard', 'Alice can’t hear you'],
  ['muted', 'Alice has muted their microphone'],
] as const)('what is so at the other end is said: %s', async (notice, said) => {
  const { fake, screen, draw } = await start();
  fake.calls.go('connected', { peerNotices: [notice] });
  await draw();
  await expect.element(screen.getByText(said)).toBeVisible();
  const notices = screen.container.querySelectorAll('.notices p');
  expect([...notices].map(({ textContent }) => textContent.trim())).toEqual([said]);
  await expectAccessible('component');
});

test('how good the call is, and whose fault it is', async () => {
  const { fake, screen, draw } = await start();
  fake.calls.qualityNow = { mark: { grade: 'good' } };
  fake.calls.go('connected');
  await draw();
  await expect.element(screen.getByRole('img', { name: 'Call quality: Good' })).toBeVisible();
  fake.calls.qualityNow = { mark: { grade: 'poor', cause: 'peer-network' } };
  const poor = screen.getByRole('img', { name: 'Call quality: Poor: Alice’s network' });
  await expect.element(poor).toBeVisible();
  await expect.element(screen.getByText('Poor: Alice’s network')).toBeVisible();
  await expectAccessible('component');
});

test('call details: the relay by its name, the encoding, and what a minute costs', async () => {
  const { fake, screen, draw } = await start();
  const address = `/dns4/relay.example/tcp/443/tls/ws/p2p/${KEYS.chen}` as RelayAddress;
  fake.reachability.set('reachable', [relayOf(address, { operator: 'Example e.V.' })]);
  fake.calls.qualityNow = {
    path: 'relayed',
    turnHosts: ['relay.example'],
    encoding: 'saver',
    sendKbps: 24,
    receiveKbps: 40,
    wireKbps: 96,
    mark: { grade: 'fair', cause: 'relay' },
  };
  fake.calls.go('connected');
  await draw();
  await screen.getByRole('button', { name: 'Call details' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Call details' });
  for (const text of [
    'Relayed via Example e.V.',
    'Data saver',
    '720 kB per minute',
    'Fair: the relay',
  ]) {
    await expect.element(dialog.getByText(text)).toBeVisible();
  }
  await expectAccessible('component');
});

test('safety words in the call', async () => {
  const { fake, screen, draw } = await start();
  fake.calls.go('connected');
  await draw();
  await screen.getByRole('button', { name: 'Safety words' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Safety words' });
  await dialog.getByRole('button', { name: 'They match' }).click();
  await expect.element(dialog.getByText('Verified: you compared them.')).toBeVisible();
  expect(fake.contacts.get(KEYS.alice)?.trust).toBe('verified');
});

test.each([
  ['connection-lost', 'call again', true, 'Call again'],
  ['own-network-lost', 'call again', true, 'Call again'],
  ['peer-network-lost', 'call again', true, 'Ring when they’re online'],
  ['lost-by-peer', 'call again', true, 'Ring when they’re online'],
  ['connection-failed', 'call again', true, 'Call again'],
  ['not-reachable', 'call again', true, 'Ring when they’re online'],
  ['no-answer', 'call', false, 'Call again'],
  ['hidden-no-relay', 'call', true, 'Call again'],
] as const)('after “%s”: %s, and the doctor: %s', async (reason, again, doctor, name) => {
  const { fake, screen, draw } = await start();
  fake.calls.end(reason);
  await draw();
  const check = screen.getByRole('button', { name: 'Check connection' });
  expect(check.elements()).toHaveLength(doctor ? 1 : 0);
  if (doctor) {
    await check.click();
    const dialog = screen.getByRole('dialog', { name: 'Connection doctor' });
    await expect.element(dialog.getByRole('status')).toMatchTextContent('Checking…');
    expect(fake.doctor.runs).toEqual([KEYS.alice]);
    await expectAccessible('component');
    await dialog.getByRole('button', { name: 'Close' }).click();
  }
  await screen.getByRole('button', { name }).click();
  expect(fake.calls.asked.at(-1)).toBe(`${again} ${KEYS.alice}`);
});

test('a call not made because the key changed: words, and then calls again', async () => {
  const { fake, screen, draw } = await start();
  fake.contacts.set([contactOf(KEYS.alice, 'Alice', { keyBefore: KEYS.boris })]);
  fake.calls.end('key-changed');
  await draw();
  await expect
    .element(screen.getByRole('status').first())
    .toMatchTextContent('Ended: Their key has changed');
  await expect.element(screen.getByRole('button', { name: 'Call again' })).not.toBeInTheDocument();
  await expectAccessible('component');
  await screen.getByRole('button', { name: 'I’ve checked: allow calls' }).click();
  await expect.element(screen.getByRole('button', { name: 'Call again' })).toBeVisible();
  expect(fake.contacts.get(KEYS.alice)?.keyBefore).toBeUndefined();
});

test('audio settings: devices and loudness', async () => {
  const { fake, screen, draw } = await start();
  fake.audio.choosesSpeakers = false;
  fake.audio.set([{ id: 'a', label: 'Headset' }], []);
  fake.calls.levelsNow = { own: 0.25, peer: 0 };
  fake.calls.go('connected');
  await draw();
  await screen.getByRole('button', { name: 'Audio settings' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Audio settings' });
  await dialog.getByRole('combobox', { name: 'Microphone' }).selectOptions('Headset');
  expect(fake.settings.current.microphone).toBe('a');
  await expect.element(dialog.getByText(/doesn’t let a page choose the speaker/)).toBeVisible();
  const meter = dialog.getByRole('meter', { name: 'Your microphone' });
  await expect.element(meter).toHaveAttribute('aria-valuenow', '50');
  await expectAccessible('component');
});

test.each([
  ['no speaker is there', [{ id: 'a', label: 'Headset' }], true, /offers no speaker/],
  ['not known yet', [{ id: '', label: '' }], true, undefined],
  ['nobody may choose', [{ id: '', label: '' }], false, /doesn’t let a page choose/],
] as const)('of the speaker nothing is said but what is so: %s', async (_, inputs, can, said) => {
  const { fake, screen, draw } = await start();
  fake.audio.choosesSpeakers = can;
  fake.audio.set(inputs, []);
  fake.calls.go('connected');
  await draw();
  await screen.getByRole('button', { name: 'Audio settings' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Audio settings' });
  await expect.element(dialog.getByRole('combobox', { name: 'Microphone' })).toBeVisible();
  if (said === undefined) {
    await expect.element(dialog).not.toMatchTextContent(/speaker/);
  } else await expect.element(dialog.getByText(said)).toBeVisible();
});

test('a microphone that stands in for the chosen one is named', async () => {
  const { fake, screen, draw } = await start();
  fake.calls.go('connected', {
    notices: [{ is: 'microphone-instead', name: 'Built-in microphone' }],
  });
  await draw();
  const said = /isn’t available, so WOXLY is using \u2068?Built-in microphone/;
  await expect.element(screen.getByText(said)).toBeVisible();
  await expectAccessible('component');
});

test('an ended call says why, what to do, and can be made again', async () => {
  const { fake, screen, draw } = await start();
  fake.calls.end('not-found');
  await draw();
  const region = screen.getByRole('region', { name: 'Call with Alice' });
  await expect
    .element(region.getByRole('status'))
    .toMatchTextContent('Ended: They couldn’t be found');
  const advice = /^Alice hasn’t been online today\. Ask them to open WOXLY/;
  await expect.element(region.getByText(advice)).toBeVisible();
  await expect.element(region.getByRole('button', { name: 'Close' })).toHaveFocus();
  await expect
    .element(region.getByRole('button', { name: 'Add to contacts' }))
    .not.toBeInTheDocument();
  await expectAccessible('component');
  await region.getByRole('button', { name: 'Ring when they’re online' }).click();
  // Nobody was found: it goes on looking until they are.
  expect(fake.calls.asked).toEqual([`call ${KEYS.alice}`, `call again ${KEYS.alice}`]);
  await draw();
  await expect.element(region.getByText('It’ll ring as soon as you’re both online.')).toBeVisible();
});

test('a call not made to keep the address hidden says where to change that', async () => {
  const { fake, screen, draw } = await start();
  fake.calls.end('hidden-no-relay');
  await draw();
  const region = screen.getByRole('region', { name: 'Call with Alice' });
  await expect
    .element(region.getByRole('status'))
    .toMatchTextContent(/^Ended: The call would have shown your IP address/);
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
  await expect.element(screen.getByText('Lasted 12:34')).toBeVisible();
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
