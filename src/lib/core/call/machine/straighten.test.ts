import { expect, test } from 'vitest';
import { befriend, CallWorld, ring } from '#lib/testing/call-people.ts';
import { until } from '#lib/testing/fake-clock.ts';
import { at, MachinePlay } from '#lib/testing/machine-play.ts';

/** Candidates go with their description wherever nobody waits for it, so that the path need not be straightened. */

const restart = { type: 'restart', offer: 'theirs', round: 1 } as const;
const gatheredOf = (play: MachinePlay) =>
  play.effects.flatMap((effect) =>
    effect.do === 'make-answer' || effect.do === 'make-restart' ? [effect.gathered] : [],
  );

test('a call on a detour is restarted by the impolite side, in its own time', () => {
  const play = at('connected').tell({ type: 'detour' });
  expect(gatheredOf(play)).toEqual([true]);
  expect(play.stage).toBe('connected');
  expect(play.tell({ type: 'detour' }).did).toEqual([]);
  expect(at('connected', { polite: true }).tell({ type: 'detour' }).did).toEqual([]);
});

test('a call that is being repaired has no time for it', () => {
  const broken = at('connected').tell({ type: 'path-state', state: 'broken' });
  expect(gatheredOf(broken)).toEqual([false]);
  expect(at('reconnecting').tell({ type: 'detour' }).did).toEqual([]);
});

test("a peer's restart of a call that goes on is answered with the candidates, that of a broken one at once", () => {
  expect(gatheredOf(at('connected').hear(restart))).toEqual([true]);
  expect(gatheredOf(at('reconnecting', { polite: true }).hear(restart))).toEqual([false]);
});

test('while it rings the candidates go before the answer; who has accepted waits for none', () => {
  expect(gatheredOf(new MachinePlay().ring())).toEqual([true]);
  const stranger = new MachinePlay({ trust: 'stranger' }).ring();
  expect(gatheredOf(stranger)).toEqual([]);
  expect(gatheredOf(stranger.tell({ type: 'accept' }))).toEqual([false]);
  expect(gatheredOf(at('rung', { polite: true }).ring())).toEqual([false]);
});

test('a caller who is rung back hears all candidates first', async () => {
  const world = new CallWorld();
  const alice = await world.person(1, 'Alice');
  const bob = await world.person(2, 'Bob');
  befriend(alice, bob);
  let done: () => void = () => undefined;
  bob.paths.gathering = new Promise((resolve) => {
    done = resolve;
  });
  const heard = () => alice.heard(bob).map(({ type }) => type);
  await ring(alice, bob);
  await until(() => heard().includes('candidate'), 'candidates');
  expect(heard()).not.toContain('answer');
  done();
  await until(() => heard().includes('answer'), 'an answer');
});
