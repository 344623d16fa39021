import { TypedEventEmitter } from '@libp2p/interface';
import { insideOf, PATCHES } from '#lib/patches/inside.ts';

/**
 * Connections and streams of libp2p hear each other through some fifty event listeners. The package wraps each in two
 * closures and five objects of its own and of Node's `EventTarget`, which made a sixth of the memory of an idle
 * connection. Here a listener is one small object. Dispatching follows the DOM's rules as far as listeners are concerned:
 * in order of registration, each once however often it was added, none that was removed meanwhile, and one that throws
 * stops no other. `event.target` stays empty, which nothing in a relay reads.
 */

type Listener = ((event: Event) => void) | { handleEvent(event: Event): void };

interface Entry {
  readonly type: string;
  readonly listener: Listener;
  readonly once: boolean;
  removed: boolean;
  /** Stops listening to the signal that ends it. */
  forget?: () => void;
}

interface Emitter {
  [entries]?: readonly Entry[];
}

interface ListenerOptions {
  readonly once?: boolean;
  readonly signal?: AbortSignal;
}

const entries = Symbol('listeners');
const NONE: readonly Entry[] = [];

function add(
  this: Emitter,
  type: string,
  listener: Listener | null,
  options?: boolean | ListenerOptions,
): void {
  const { once = false, signal } = typeof options === 'object' ? options : {};
  if (listener === null || signal?.aborted === true) return;
  const before = this[entries] ?? NONE;
  if (before.some((one) => one.type === type && one.listener === listener)) return;
  // Never changed in place: it may be dispatched to just now.
  const entry: Entry = { type, listener, once, removed: false };
  this[entries] = [...before, entry];
  if (signal === undefined) return;
  const end = (): void => remove.call(this, type, listener);
  signal.addEventListener('abort', end);
  entry.forget = () => signal.removeEventListener('abort', end);
}

function remove(this: Emitter, type: string, listener: Listener | null): void {
  const entry = this[entries]?.find((one) => one.type === type && one.listener === listener);
  if (entry === undefined) return;
  entry.removed = true;
  entry.forget?.();
  this[entries] = this[entries]?.filter((one) => one !== entry) ?? NONE;
}

function dispatch(this: Emitter, event: Event): boolean {
  for (const entry of this[entries] ?? NONE) {
    const { type, listener, once, removed } = entry;
    if (removed || type !== event.type) continue;
    if (once) remove.call(this, type, listener);
    try {
      if (typeof listener === 'function') listener.call(this, event);
      else listener.handleEvent(event);
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
    }
  }
  return !event.defaultPrevented;
}

function count(this: Emitter, type: string): number {
  return (this[entries] ?? NONE).filter((one) => one.type === type).length;
}

/** Makes the event emitters of all that is made from now on so. */
export function leanEvents(): void {
  const prototype = TypedEventEmitter.prototype as object;
  const replaced = { addEventListener: add, removeEventListener: remove, dispatchEvent: dispatch };
  const own = Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
  if (own.includes('dispatchEvent')) return;
  insideOf('small-listeners', prototype);
  if (own.length !== PATCHES['small-listeners'].parts.length) {
    throw new Error('main-event has changed: it does more than we know of');
  }
  Object.assign(prototype, replaced, { listenerCount: count });
}
