import { expect, onTestFinished, test } from 'vitest';
import { supervise } from '../src/turn/supervisor.ts';
import { eventually } from './eventually.ts';

/** A server that answers as scripted, one look after the other, and then always. */
function aServer(...answers: readonly boolean[]) {
  const left = [...answers];
  let lives = 0;
  let asked = 0;
  const states: string[] = [];
  const supervisor = supervise({
    run: () => {
      lives += 1;
      const ended = Promise.withResolvers<undefined>();
      return Promise.resolve({
        ended: ended.promise,
        kill: () => ended.resolve(undefined),
        reload: () => undefined,
      });
    },
    answers: () => {
      asked += 1;
      return Promise.resolve(left.shift() ?? true);
    },
    onState: (state) => void states.push(state),
    now: () => performance.now(),
    watchMs: 1,
  });
  onTestFinished(() => supervisor.stop());
  /** Resolves when it was asked all that was scripted, and a few times more. */
  const over = () => eventually(() => expect(asked).toBeGreaterThan(answers.length + 3));
  return { supervisor, states, over, lives: () => lives };
}

test('an answer that is missing now and then is no hang', async () => {
  const { supervisor, states, over, lives } = aServer(true, false, true, false, true);
  await over();
  expect(lives()).toBe(1);
  expect(supervisor.restarts).toBe(0);
  expect(states).toEqual(['up']);
});

test('a server that misses two answers in a row is started again', async () => {
  const { supervisor, states, over, lives } = aServer(true, false, false);
  await over();
  expect(lives()).toBe(2);
  expect(supervisor.restarts).toBe(1);
  expect(states).toEqual(['up', 'starting', 'up']);
});
