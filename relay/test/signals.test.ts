import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import { endOnSignals } from '../src/process/signals.ts';

function aProcess(stop: () => Promise<void>) {
  const signals = new EventEmitter();
  const ended = new EventEmitter();
  endOnSignals(signals, Promise.resolve({ stop }), (code) => void ended.emit('exit', code));
  return { signals, exit: once(ended, 'exit') };
}

test.each(['SIGTERM', 'SIGINT'])('%s stops the relay and ends with 0', async (signal) => {
  let stops = 0;
  const { signals, exit } = aProcess(() => Promise.resolve(void (stops += 1)));
  signals.emit(signal);
  expect(await exit).toEqual([0]);
  expect(stops).toBe(1);
});

test('a second signal ends at once what does not stop', async () => {
  const { signals, exit } = aProcess(() => new Promise(() => {}));
  signals.emit('SIGINT');
  signals.emit('SIGINT');
  expect(await exit).toEqual([1]);
});

test('a stop that fails ends with 1', async () => {
  const { signals, exit } = aProcess(() => Promise.reject(new Error('stuck')));
  signals.emit('SIGTERM');
  expect(await exit).toEqual([1]);
});
