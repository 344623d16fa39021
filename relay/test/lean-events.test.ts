import { TypedEventEmitter } from '@libp2p/interface';
import { expect, onTestFinished, test, vi } from 'vitest';
import { leanEvents } from '../src/process/lean-events.ts';

leanEvents();

interface Events {
  readonly news: Event;
  readonly other: Event;
}
type Target = Pick<EventTarget, 'addEventListener' | 'removeEventListener' | 'dispatchEvent'>;

/** What one emitter hears while `act` runs. */
function heardBy(target: Target, act: (target: Target, say: (word: string) => () => void) => void) {
  const heard: string[] = [];
  act(target, (word) => () => void heard.push(word));
  return heard;
}

const news = () => new Event('news');

test.each<[string, (target: Target, say: (word: string) => () => void) => void]>([
  [
    'in order, of its own type only',
    (target, say) => {
      for (const word of ['first', 'second']) target.addEventListener('news', say(word));
      target.addEventListener('other', say('other'));
      target.dispatchEvent(news());
    },
  ],
  [
    'once, however often it was added',
    (target, say) => {
      const listener = say('one');
      for (let added = 0; added < 3; added += 1) target.addEventListener('news', listener);
      target.dispatchEvent(news());
    },
  ],
  [
    'one time, if asked for one',
    (target, say) => {
      target.addEventListener('news', say('one'), { once: true });
      for (let sent = 0; sent < 2; sent += 1) target.dispatchEvent(news());
    },
  ],
  [
    'not after it was removed, also while it is being told',
    (target, say) => {
      const later = say('later');
      target.addEventListener('news', () => target.removeEventListener('news', later));
      target.addEventListener('news', later);
      target.addEventListener('news', say('last'));
      target.dispatchEvent(news());
    },
  ],
  [
    'not before the next, if it was added while another was told',
    (target, say) => {
      target.addEventListener('news', () => target.addEventListener('news', say('new')), {
        once: true,
      });
      for (let sent = 0; sent < 2; sent += 1) target.dispatchEvent(news());
    },
  ],
  [
    'until the signal',
    (target, say) => {
      const until = new AbortController();
      target.addEventListener('news', say('one'), { signal: until.signal });
      target.dispatchEvent(news());
      until.abort();
      target.dispatchEvent(news());
      target.addEventListener('news', say('never'), { signal: until.signal });
      target.dispatchEvent(news());
    },
  ],
  [
    'as an object',
    (target, say) => {
      target.addEventListener('news', { handleEvent: say('object') });
      target.dispatchEvent(news());
    },
  ],
])('a listener hears %s, as with an EventTarget', (_, act) => {
  const expected = heardBy(new EventTarget(), act);
  expect(expected.length).toBeGreaterThan(0);
  expect(heardBy(new TypedEventEmitter<Events>(), act)).toEqual(expected);
});

test('listeners are counted by type', () => {
  const emitter = new TypedEventEmitter<Events>();
  const listener = () => {};
  emitter.addEventListener('news', listener);
  emitter.addEventListener('other', () => {});
  expect([emitter.listenerCount('news'), emitter.listenerCount('other')]).toEqual([1, 1]);
  emitter.removeEventListener('news', listener);
  expect(emitter.listenerCount('news')).toBe(0);
});

test('a listener that throws stops no other, and is not lost', () => {
  const thrown: (() => void)[] = [];
  const later = vi.spyOn(process, 'nextTick').mockImplementation((run) => {
    thrown.push(run as () => void);
  });
  onTestFinished(() => later.mockRestore());
  const emitter = new TypedEventEmitter<Events>();
  const heard = vi.fn();
  emitter.addEventListener('news', () => {
    throw new Error('from a listener');
  });
  emitter.addEventListener('news', heard);
  emitter.dispatchEvent(news());
  expect(heard).toHaveBeenCalledOnce();
  expect(thrown).toHaveLength(1);
  expect(thrown[0]).toThrow('from a listener');
});

test('a listener that is removed leaves nothing at its signal', () => {
  const { signal } = new AbortController();
  const forget = vi.spyOn(signal, 'removeEventListener');
  const emitter = new TypedEventEmitter<Events>();
  const listener = () => {};
  emitter.addEventListener('news', listener, { signal });
  emitter.removeEventListener('news', listener);
  expect(forget).toHaveBeenCalledOnce();
});
