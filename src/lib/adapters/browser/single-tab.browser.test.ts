import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { takeNodeLock, takeOverNodeLock, untilNodeIsGone } from './single-tab.ts';
import type { NodeHolder, NodeLock } from './single-tab.ts';

/** Longer than any test waits: only a refusal or the lock itself ends the asking. */
const FOR_EVER_MS = 600_000;

/** One tab; `left` counts how often it was told to stop its node. */
class Tab implements NodeHolder {
  inCall = false;
  left = 0;
  stop: () => Promise<void> = () => Promise.resolve();
  #lock: NodeLock | undefined;

  mayLeave = () => !this.inCall;

  leave(): Promise<void> {
    this.left += 1;
    return this.stop();
  }

  close(): void {
    this.#lock?.release();
  }

  async take(): Promise<boolean> {
    return this.#keep(await takeNodeLock(this));
  }

  async takeOver(silenceMaxMs = FOR_EVER_MS): Promise<boolean> {
    const outcome = await takeOverNodeLock(this, silenceMaxMs);
    return this.#keep(outcome.taken ? outcome.lock : undefined);
  }

  #keep(lock: NodeLock | undefined): boolean {
    this.#lock = lock;
    if (lock) onTestFinished(() => this.#lock?.release());
    return lock !== undefined;
  }
}

// The browser frees a lock a little after it was let go.
beforeEach(() => navigator.locks.request('woxly-node', () => undefined));

test('one tab holds the lock, and the next one gets it when asked for', async () => {
  const [first, second] = [new Tab(), new Tab()];
  expect(await first.take()).toBe(true);
  expect(await second.take()).toBe(false);
  expect(await second.takeOver()).toBe(true);
  expect([first.left, second.left]).toEqual([1, 0]);
  expect(await first.takeOver()).toBe(true);
  expect([first.left, second.left]).toEqual([1, 1]);
});

test('the lock is given away only when the node has stopped', async () => {
  const [first, second] = [new Tab(), new Tab()];
  const order: string[] = [];
  first.stop = async () => {
    await Promise.resolve();
    order.push('stopped');
  };
  expect(await first.take()).toBe(true);
  await second.takeOver();
  order.push('taken');
  expect(order).toEqual(['stopped', 'taken']);
});

test('a tab in a call refuses and keeps the lock', async () => {
  const [first, second] = [new Tab(), new Tab()];
  expect(await first.take()).toBe(true);
  first.inCall = true;
  expect(await second.takeOver()).toBe(false);
  expect(first.left).toBe(0);
  expect(await second.take()).toBe(false);
});

test('a node that fails to stop does not keep the next tab out', async () => {
  const [first, second] = [new Tab(), new Tab()];
  first.stop = () => Promise.reject(new Error('stuck'));
  expect(await first.take()).toBe(true);
  expect(await second.takeOver()).toBe(true);
});

test('from a tab that stays silent the lock is taken, and that tab stops its node', async () => {
  const [first, second] = [new Tab(), new Tab()];
  // It hears the question and never comes to an end: what a hung page looks like from outside.
  first.stop = () => new Promise(() => undefined);
  expect(await first.take()).toBe(true);
  expect(await second.takeOver(1)).toBe(true);
  await expect.poll(() => first.left).toBe(1);
});

test('a frozen tab learns that the lock was taken from it', async () => {
  const first = new Tab();
  expect(await first.take()).toBe(true);
  // It hears no question: the lock goes past the channel.
  await navigator.locks.request('woxly-node', { steal: true }, () => undefined);
  await expect.poll(() => first.left).toBe(1);
});

test('a tab that waits hears when the other is gone, not when it was only loaded again', async () => {
  const [first, second] = [new Tab(), new Tab()];
  await first.take();
  let isGone = false;
  const gone = untilNodeIsGone(new AbortController().signal, 100).then(() => (isGone = true));
  first.close();
  while (!(await second.take()));
  const waitsAgain = async () =>
    (await navigator.locks.query()).pending?.some(({ name }) => name === 'woxly-node');
  while (!(await waitsAgain()));
  expect(isGone).toBe(false);
  second.close();
  await gone;
});

test('who waits no longer is let go', async () => {
  const [first, waiting] = [new Tab(), new AbortController()];
  await first.take();
  const gone = untilNodeIsGone(waiting.signal);
  waiting.abort();
  await gone;
});
