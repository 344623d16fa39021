import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { EndReason } from '#lib/domain/reasons.ts';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import {
  absentScene,
  callProps,
  callScene,
  isolate,
  loseAlice,
  loseNetwork,
  talkScene,
} from '#lib/testing/call-scene.ts';
import type { CallScene } from '#lib/testing/call-scene.ts';
import { contactOf, KEYS } from '#lib/testing/fake-people.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import type { WoxlyPerson } from '#lib/testing/woxly-world.ts';
import CallScreen from './CallScreen.svelte';

/** The screen of a person's call. */
function show({ app }: WoxlyPerson) {
  document.body.style.background = 'black';
  return render(CallScreen, callProps(new AppState(app)));
}

const MINUTE_MS = 60_000;

/** A call whose path breaks for good, first for one of them and a moment later for the other. */
async function breakPath({ world, olga, alice }: CallScene, first: 'olga' | 'alice') {
  isolate(olga, alice);
  for (const { browser } of first === 'olga' ? [olga, alice] : [alice, olga]) {
    browser.paths.last.report('broken');
    await world.pass(1_000);
  }
  await world.pass(MINUTE_MS);
}

/** Calls Alice, and comes to an end for this reason. */
const ENDINGS = {
  'connection-lost': async (scene) => {
    await scene.world.talk(scene.olga, scene.alice);
    await breakPath(scene, 'olga');
  },
  'own-network-lost': async (scene) => {
    await scene.world.talk(scene.olga, scene.alice);
    isolate(scene.olga, scene.alice);
    loseNetwork(scene);
    await scene.world.pass(MINUTE_MS);
  },
  'peer-network-lost': async (scene) => {
    await scene.world.talk(scene.olga, scene.alice);
    await loseAlice(scene);
    await scene.world.pass(MINUTE_MS);
  },
  'lost-by-peer': async (scene) => {
    await scene.world.talk(scene.olga, scene.alice);
    await breakPath(scene, 'alice');
  },
  'connection-failed': async ({ world, olga, alice }) => {
    await olga.call(alice);
    isolate(olga);
    await alice.comesTo('incoming');
    alice.app.calls.accept();
    await olga.comesTo('connecting');
    await world.pass(MINUTE_MS);
  },
  'not-reachable': async ({ world, olga, alice }) => {
    world.network.cut(olga.browser.device, alice.browser.device);
    await olga.call(alice);
    await world.pass(10_000);
  },
  'no-answer': async ({ world, olga, alice }) => {
    await olga.call(alice);
    await alice.comesTo('incoming');
    await world.pass(MINUTE_MS);
  },
  'hidden-no-relay': async ({ olga, alice }) => {
    await olga.app.settings.change({ hideAddress: true });
    await olga.call(alice);
  },
} as const satisfies Partial<Record<EndReason, (scene: CallScene) => Promise<void>>>;

test.each([
  ['connection-lost', 'patient', true, 'Call again'],
  ['own-network-lost', 'patient', true, 'Call again'],
  ['peer-network-lost', 'patient', true, 'Ring when they’re online'],
  ['lost-by-peer', 'patient', true, 'Ring when they’re online'],
  ['connection-failed', 'patient', true, 'Call again'],
  ['not-reachable', 'patient', true, 'Ring when they’re online'],
  ['no-answer', 'ordinary', false, 'Call again'],
  ['hidden-no-relay', 'ordinary', true, 'Call again'],
] as const)(
  'after “%s”: another call, %s; and the doctor: %s',
  async (reason, kind, doctor, name) => {
    const scene = await callScene();
    const { olga, alice } = scene;
    await ENDINGS[reason](scene);
    const before = olga.app.calls.current;
    expect(before).toMatchObject({ stage: 'ended', reason });
    const screen = await show(olga);
    const check = screen.getByRole('button', { name: 'Check connection' });
    await expect.element(screen.getByRole('button', { name: 'Close' })).toBeVisible();
    expect(check.elements()).toHaveLength(doctor ? 1 : 0);
    // Said where the button's own words do not say it.
    const explained = kind === 'patient' && name === 'Call again';
    const words = screen.getByText('“Call again” rings as soon as you’re both online.');
    expect(words.elements()).toHaveLength(explained ? 1 : 0);
    if (doctor) {
      // Until the question for the microphone is answered it is not through.
      olga.browser.microphones.behaviour = 'waits';
      await check.click();
      const dialog = screen.getByRole('dialog', { name: 'Connection doctor' });
      await expect.element(dialog.getByRole('status')).toMatchTextContent('Checking…');
      expect(olga.app.doctor.checks).toContainEqual({
        check: 'verdict',
        name: 'Alice',
        state: 'waiting',
      });
      await expectAccessible('component');
      await dialog.getByRole('button', { name: 'Close' }).click();
      olga.browser.microphones.allow();
    }
    let patient = false;
    olga.app.calls.watch(() => {
      const { current } = olga.app.calls;
      if (current && 'patient' in current) patient ||= current.patient;
    });
    await screen.getByRole('button', { name }).click();
    await expect.poll(() => olga.app.calls.current?.id).not.toBe(before?.id);
    expect(olga.app.calls.current).toMatchObject({
      direction: 'outgoing',
      peer: { key: alice.key },
    });
    expect(patient).toBe(kind === 'patient');
  },
);

test('a call not made because the key changed: words, and then calls again', async () => {
  const world = await WoxlyWorld.begin({ now: Date.now() });
  const alice = await world.person('Alice');
  const contacts = [contactOf(KEYS.boris, 'Alice')];
  const olga = await world.person('Olga', { contacts });
  await olga.app.contacts.replaceKey(KEYS.boris, await alice.app.identity.inviteLink());
  await olga.call(alice);
  const screen = await show(olga);
  await expect
    .element(screen.getByRole('status').first())
    .toMatchTextContent('Ended: Their key has changed');
  expect(alice.app.calls.current).toBeUndefined();
  const again = screen.getByRole('button', { name: 'Call again' });
  await expect.element(again).not.toBeInTheDocument();
  await expectAccessible('component');
  await screen.getByRole('button', { name: 'I’ve checked: allow calls' }).click();
  await again.click();
  await alice.comesTo('incoming');
  expect(olga.app.contacts.get(alice.key)?.keyBefore).toBeUndefined();
});

test('an ended call says why, what to do, and can be made again', async () => {
  const { world, olga, alice, comes } = await absentScene();
  await olga.callText(alice.key);
  const screen = await show(olga);
  await world.pass(10_000);
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
  await expect.element(region.getByText('It’ll ring as soon as you’re both online.')).toBeVisible();
  // Nobody was found: it goes on looking until they are.
  await world.pass(MINUTE_MS);
  expect(olga.app.calls.current).toMatchObject({ stage: 'finding', patient: true });
  const back = await comes();
  await world.pass(5_000);
  expect(back.app.calls.current).toMatchObject({ stage: 'incoming', peer: { key: olga.key } });
});

test('a call not made to keep the address hidden says where to change that', async () => {
  const scene = await callScene();
  await ENDINGS['hidden-no-relay'](scene);
  const screen = await show(scene.olga);
  const region = screen.getByRole('region', { name: 'Call with Alice' });
  await expect
    .element(region.getByRole('status'))
    .toMatchTextContent(/^Ended: The call would have shown your IP address/);
  await expect
    .element(region.getByText(/Settings → Privacy, or in the contact’s menu/))
    .toBeVisible();
});

test('the length of a call that is over', async () => {
  const { world, olga, alice } = await talkScene();
  const screen = await show(olga);
  await world.pass(75_000);
  alice.app.calls.hangUp();
  await expect.element(screen.getByText('Ended: They hung up')).toBeVisible();
  await expect.element(screen.getByText('Lasted 1:15')).toBeVisible();
});

test('the note of who declined', async () => {
  const { olga, alice } = await callScene();
  await olga.call(alice);
  await alice.comesTo('incoming');
  const screen = await show(olga);
  alice.app.calls.decline('Bye!');
  await expect.element(screen.getByText('Alice wrote: “Bye!”')).toBeVisible();
});

test('a stranger is marked, and can be added afterwards', async () => {
  const world = await WoxlyWorld.begin({ now: Date.now() });
  const [olga, boris] = await Promise.all([world.person('Olga'), world.person('Boris')]);
  await olga.callText(boris.key);
  await world.pass(2_000);
  await boris.comesTo('incoming');
  const screen = await show(olga);
  await expect.element(screen.getByText('Not in your contacts')).toBeVisible();
  await world.pass(MINUTE_MS);
  expect(olga.app.calls.current).toMatchObject({ stage: 'ended', reason: 'no-answer' });
  await screen.getByRole('button', { name: 'Add to contacts' }).click();
  await expect.poll(() => olga.app.contacts.get(boris.key)?.trust).toBe('contact');
});
