import { hears } from '../ear.ts';
import { reachableThrough } from './call.ts';
import { expect, test } from './people.ts';
import type { Networked } from './scene.ts';

async function callByKey(caller: Networked, callee: Networked, key: string): Promise<void> {
  await caller.callKey(key);
  await expect(callee.incoming()).toBeVisible({ timeout: 30_000 });
  await callee.accept();
  await Promise.all([hears(caller.page), hears(callee.page)]);
  await caller.hangUp();
  await callee.sees('Ended');
  await Promise.all([caller.dismiss(), callee.dismiss()]);
}

test('three relays on three servers, two of them lost in turn: found by key alone, rung and heard', async ({
  scene,
}) => {
  test.setTimeout(240_000);
  const first = await scene.relay(0);
  const second = await scene.relay(1, { knows: [first] });
  const third = await scene.relay(2, { knows: [first, second] });
  const alice = await scene.person('Alice', { voice: 'high', roundTripMs: 60, relay: first });
  const bob = await scene.person('Bob', { roundTripMs: 60, relay: third });
  for (const person of [alice, bob]) await reachableThrough(person, 3);
  const key = await bob.key();
  await callByKey(alice, bob, key);
  await first.kill();
  await callByKey(alice, bob, key);
  await third.vanish();
  await callByKey(alice, bob, key);
});
