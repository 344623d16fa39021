import { IN_FULL } from '../../scripts/full-run.ts';
import { hears } from '../ear.ts';
import { contacts, talk } from './call.ts';
import { figure } from './figures.ts';
import { goes, voicePaths } from './path.ts';
import { expect, test } from './people.ts';
import type { Networked, Scene } from './scene.ts';
import { packetsLost, silencesSince, soundAfter } from './sound.ts';

/** A relay is killed at the worst moment, and there is another one. */

/**
 * On a busy machine packets come late, and for so long there may be none to play, ms. None is lost then; and a call that
 * was interrupted is silent for longer: it takes a second to notice (`PACKETS_MISSING_MS`).
 */
const LATE_MOST_MS = 600;

/** Both served by the first relay, and reachable through two. */
async function twoRelays(scene: Scene) {
  const first = await scene.relay(0);
  const second = await scene.relay(1, { knows: [first] });
  return { first, second };
}

/** What the sound of a call comes over, and how much of it was lost on the way. */
async function soundPath(person: Networked) {
  const connections = await person.voiceConnections();
  return { made: connections.map(({ created }) => created), lost: await packetsLost(person.page) };
}

async function bothReachable(...people: readonly Networked[]): Promise<void> {
  for (const person of people) await person.reachableThrough(2);
}

test('while it rings: it goes on ringing, and both are heard', IN_FULL, async ({ scene }) => {
  const { first } = await twoRelays(scene);
  const [alice, bob] = await contacts(scene, {}, {});
  await bothReachable(alice, bob);
  await alice.call(bob);
  await alice.sees('Ringing');
  await first.kill();
  await expect(alice.networkStatus()).toContainText('1');
  await expect(bob.incoming()).toBeVisible();
  await bob.accept();
  await Promise.all([hears(alice.page), hears(bob.page)]);
});

test('while somebody is looked up: they are found, rung and heard', IN_FULL, async ({ scene }) => {
  const { first } = await twoRelays(scene);
  // So far away that a lookup takes its time.
  const alice = await scene.person('Alice', { voice: 'high', roundTripMs: 400 });
  const bob = await scene.person('Bob', { roundTripMs: 20 });
  await bothReachable(alice, bob);
  await alice.callKey(await bob.key());
  await expect(alice.callStatus()).toHaveText(/^\s*(Finding|Reaching)/);
  await first.kill();
  await expect(bob.incoming()).toBeVisible({ timeout: 30_000 });
  await bob.accept();
  await Promise.all([hears(alice.page), hears(bob.page)]);
});

test('in a direct call: nobody hears anything of it', IN_FULL, async ({ scene }) => {
  const { first } = await twoRelays(scene);
  const [alice, bob] = await contacts(scene, {}, {});
  await bothReachable(alice, bob);
  await talk(alice, bob);
  await goes(alice, 'Direct');
  const paths = await Promise.all([alice, bob].map(soundPath));
  const killed = Date.now();
  await first.vanish();
  // Until the loss was noticed and dealt with.
  await expect(alice.networkStatus()).toContainText('1', { timeout: 40_000 });
  await Promise.all([hears(alice.page), hears(bob.page)]);
  expect(await Promise.all([alice, bob].map(soundPath))).toEqual(paths);
  for (const { page } of [alice, bob]) {
    const silences = await silencesSince(page, killed);
    expect(silences.filter(({ concealedMs }) => concealedMs > LATE_MOST_MS)).toEqual([]);
  }
});

test('in a call that it carries: the call goes on through the other one', async ({ scene }) => {
  const relays = await twoRelays(scene);
  const [alice, bob] = await contacts(scene, { nat: 'symmetric' }, { nat: 'symmetric' });
  await bothReachable(alice, bob);
  await talk(alice, bob);
  await goes(alice, 'Relayed');
  const [path] = await voicePaths(alice.page);
  const through = [path?.localAddress, path?.remoteAddress];
  const carrying = [relays.first, relays.second].filter(({ ip }) => through.includes(ip));
  const [gone] = carrying;
  if (gone === undefined) throw new Error('No relay carries the call.');
  const killed = Date.now();
  await gone.vanish();
  for (const { page, name } of [alice, bob]) {
    const { from, until = from } = await soundAfter(page, killed, 40_000);
    figure(`silence at ${name}'s when the TURN server is lost`, `${until - from} ms`);
  }
  await Promise.all([alice.sees('Connected'), bob.sees('Connected')]);
  await Promise.all([hears(alice.page), hears(bob.page)]);
});
