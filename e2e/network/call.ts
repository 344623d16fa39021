import { hears } from '../ear.ts';
import type { ArrivalOptions, Networked, Scene } from './scene.ts';
import { watchSound } from './sound.ts';

/** Two people who are contacts of each other. */
export async function contacts(
  scene: Scene,
  ofAlice: ArrivalOptions,
  ofBob: ArrivalOptions,
): Promise<readonly [Networked, Networked]> {
  const [alice, bob] = await Promise.all([
    scene.person('Alice', { voice: 'high', roundTripMs: 20, ...ofAlice }),
    scene.person('Bob', { voice: 'low', roundTripMs: 20, ...ofBob }),
  ]);
  await alice.befriend(bob);
  return [alice, bob];
}

/** They talk and hear each other, and what they hear is watched from now on. */
export async function talk(alice: Networked, bob: Networked): Promise<void> {
  await alice.call(bob);
  await bob.accept();
  await Promise.all([alice.sees('Connected'), bob.sees('Connected')]);
  await Promise.all([hears(alice.page), hears(bob.page)]);
  await Promise.all([watchSound(alice.page), watchSound(bob.page)]);
}
