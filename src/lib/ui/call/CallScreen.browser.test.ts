import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import {
  absentScene,
  callProps,
  isolate,
  loseAlice,
  loseNetwork,
  talkScene,
} from '#lib/testing/call-scene.ts';
import type { CallScene } from '#lib/testing/call-scene.ts';
import { until } from '#lib/testing/fake-clock.ts';
import type { WoxlyPerson } from '#lib/testing/woxly-world.ts';
import CallScreen from './CallScreen.svelte';

function show(app: AppState) {
  document.body.style.background = 'black';
  return render(CallScreen, callProps(app));
}

/** A call between Olga and Alice that is under way, on Olga's screen. */
async function start(options?: Parameters<typeof talkScene>[0]) {
  const scene = await talkScene(options);
  const app = new AppState(scene.olga.app);
  return { ...scene, app, screen: await show(app) };
}

/** What a person's screen says of the other end. */
function noticesOf({ app }: WoxlyPerson) {
  const { current } = app.calls;
  return current && 'participants' in current ? (current.participants[0]?.notices ?? []) : [];
}

test('the status says how far the call is, in order', async () => {
  const { world, olga, alice, comes } = await absentScene();
  olga.browser.microphones.behaviour = 'waits';
  await olga.callText(alice.key);
  const screen = await show(new AppState(olga.app));
  const region = screen.getByRole('region', { name: 'Call with Alice' });
  await expect.element(region).toHaveFocus();
  const status = region.getByRole('status');
  await expect.element(status).toMatchTextContent(/^Finding Looking for Alice…$/);

  const says = async (word: string) => {
    await expect.element(status).toMatchTextContent(new RegExp(`^${word}`));
    await expectAccessible('component');
  };
  const back = await comes();
  await until(() => back.app.reachability.status === 'reachable', 'Alice reachable');
  await world.pass(2_000);
  await says('Reaching');
  olga.browser.microphones.allow();
  await says('Ringing');
  isolate(olga);
  back.app.calls.accept();
  await says('Connecting');
  for (const { browser } of [olga, back]) browser.paths.last.report('connected');
  await says('Connected');
  olga.browser.paths.last.report('broken');
  await says('Reconnecting');
  await expect.element(region.getByRole('timer')).toBeVisible();
});

test('mute and unmute', async () => {
  const { olga, alice, screen } = await start();
  const mute = screen.getByRole('button', { name: 'Mute' });
  await expect.element(mute).toHaveAttribute('aria-pressed', 'false');
  await mute.click();
  const unmute = screen.getByRole('button', { name: 'Unmute' });
  await expect.element(unmute).toHaveAttribute('aria-pressed', 'true');
  expect(olga.browser.paths.last.sending).toMatchObject({ muted: true });
  await until(() => noticesOf(alice).includes('muted'), 'muted for Alice');
  await unmute.click();
  await expect.element(screen.getByRole('button', { name: 'Mute' })).toBeVisible();
  expect(olga.browser.paths.last.sending).toMatchObject({ muted: false });
  await until(() => noticesOf(alice).length === 0, 'not muted for Alice');
});

test('what stands between two people is said, with the way out', async () => {
  const { olga, alice, screen } = await start();
  const { paths, microphones } = olga.browser;
  paths.last.blockPlay();
  microphones.opened.at(-1)?.lose();
  alice.app.calls.setMuted(true);
  await expect.element(screen.getByText('Alice has muted their microphone')).toBeVisible();
  const sound = screen.getByRole('button', { name: 'Turn on sound' });
  const microphone = screen.getByRole('button', { name: 'Turn microphone back on' });
  await expect.element(sound).toBeVisible();
  await expect.element(microphone).toBeVisible();
  await expectAccessible('component');
  await sound.click();
  await expect.element(sound).not.toBeInTheDocument();
  expect(paths.last.playing).toBe(true);
  expect(microphones.recording).toBe(0);
  await microphone.click();
  await expect.element(microphone).not.toBeInTheDocument();
  expect(microphones.recording).toBe(1);
  expect(paths.last.sending).toBe(microphones.opened.at(-1));
});

test('call details follow the figures', async () => {
  const { olga, screen } = await start();
  const path = olga.browser.paths.last;
  path.qualityNow = { path: 'direct', roundTripMs: 47.6, loss: 0.012, codec: 'opus' };
  await screen.getByRole('button', { name: 'Call details' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Call details' });
  for (const text of ['Direct', '48 ms', '1.2%', 'opus', 'Not known yet']) {
    await expect.element(dialog.getByText(text).first()).toBeVisible();
  }
  await expectAccessible('component');
  path.qualityNow = { path: 'relayed' };
  await expect.element(dialog.getByText('Relayed', { exact: true })).toBeVisible();
});

test.each([
  ['your network', loseNetwork],
  ['Alice’s network', loseAlice],
  ['The connection dropped', () => undefined],
] as const)(
  'a broken path: whose network (%s), and how long it is tried; the countdown is not read aloud',
  async (said, breaks) => {
    const scene = await start({ behind: 18_000 });
    const { world, olga, alice, screen } = scene;
    isolate(olga, alice);
    await breaks(scene);
    olga.browser.paths.last.report('broken');
    await world.pass(18_000);
    const status = screen.getByRole('status').first();
    await expect.element(status).toMatchTextContent(new RegExp(`^Reconnecting.*${said}`));
    // A minute from when it broke; the screen's own time passes meanwhile.
    const countdown = screen.getByText(/^Gives up in 0:(4[0-2]|[1-3]\d)$/);
    await expect.element(countdown).toBeVisible();
    expect(countdown.element().closest('[aria-live], [role=status], [role=alert]')).toBeNull();
    await expectAccessible('component');
  },
);

test.each([
  [
    'background',
    'Alice has WOXLY in the background',
    ({ alice }: CallScene) => alice.browser.pageLife.freeze(),
  ],
  [
    'microphone-lost',
    'Alice’s microphone cut out',
    ({ alice }: CallScene) => alice.browser.microphones.opened.at(-1)?.lose(),
  ],
  [
    'silent',
    'There’s no sound from Alice',
    ({ olga }: CallScene) => olga.browser.paths.last.hear('silent'),
  ],
  [
    'unheard',
    'Alice can’t hear you',
    ({ alice }: CallScene) => alice.browser.paths.last.hear('silent'),
  ],
  [
    'muted',
    'Alice has muted their microphone',
    ({ alice }: CallScene) => alice.app.calls.setMuted(true),
  ],
] as const)('what is so at the other end is said: %s', async (notice, said, happens) => {
  const scene = await start();
  const { olga, screen } = scene;
  happens(scene);
  await expect.element(screen.getByText(said)).toBeVisible();
  expect(noticesOf(olga)).toEqual([notice]);
  const notices = screen.container.querySelectorAll('.notices p');
  expect([...notices].map(({ textContent }) => textContent.trim())).toEqual([said]);
  await expectAccessible('component');
});

test('how good the call is, and whose fault it is', async () => {
  const { olga, screen } = await start();
  const path = olga.browser.paths.last;
  path.qualityNow = { mark: { grade: 'good' } };
  await expect.element(screen.getByRole('img', { name: 'Call quality: Good' })).toBeVisible();
  path.qualityNow = { mark: { grade: 'poor', cause: 'peer-network' } };
  const poor = screen.getByRole('img', { name: 'Call quality: Poor: Alice’s network' });
  await expect.element(poor).toBeVisible();
  await expect.element(screen.getByText('Poor: Alice’s network')).toBeVisible();
  await expectAccessible('component');
});

test('call details: the relay by its name, the encoding, and what a minute costs', async () => {
  const { olga, app, screen } = await start({ turn: 'turn.example' });
  olga.browser.paths.last.qualityNow = {
    path: 'relayed',
    turnHosts: ['turn.example'],
    encoding: 'saver',
    sendKbps: 24,
    receiveKbps: 40,
    wireKbps: 96,
    mark: { grade: 'fair', cause: 'relay' },
  };
  await screen.getByRole('button', { name: 'Call details' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Call details' });
  const { operator } = app.reachability.ofServer('turn.example') ?? {};
  expect(operator).toMatch(/^Operator \d+$/);
  for (const text of [
    `Relayed via ${operator ?? ''}`,
    'Data saver',
    '720 kB per minute',
    'Fair: the relay',
  ]) {
    await expect.element(dialog.getByText(text)).toBeVisible();
  }
  await expectAccessible('component');
});

test('safety words in the call', async () => {
  const { olga, alice, screen } = await start();
  await screen.getByRole('button', { name: 'Safety words' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Safety words' });
  const theirs = await alice.app.contacts.safety(olga.key);
  const groups = theirs?.digits.match(/\d{5}/g)?.join(' ') ?? expect.fail('no safety number');
  await expect.element(dialog.getByText(groups)).toBeVisible();
  await dialog.getByRole('button', { name: 'They match' }).click();
  await expect.element(dialog.getByText('Verified: you compared them.')).toBeVisible();
  expect(await olga.browser.stores.contacts.all()).toMatchObject([
    { key: alice.key, trust: 'verified' },
  ]);
});
