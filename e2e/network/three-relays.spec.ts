import { test } from './people.ts';

test('three relays on three servers, two of them lost in turn: found by key alone, rung and heard', async ({
  scene,
}) => {
  test.setTimeout(240_000);
  const first = await scene.relay(0);
  const second = await scene.relay(1, { knows: [first] });
  const third = await scene.relay(2, { knows: [first, second] });
  const [alice, bob] = await Promise.all([
    scene.person('Alice', { voice: 'high', roundTripMs: 60, relay: first }),
    scene.person('Bob', { roundTripMs: 60, relay: third }),
  ]);
  for (const person of [alice, bob]) await person.reachableThrough(3);
  const key = await bob.key();
  await alice.talkByKey(bob, key);
  await first.kill();
  await alice.talkByKey(bob, key);
  await third.vanish();
  await alice.talkByKey(bob, key);
});
