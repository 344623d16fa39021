import { WoxlyError } from '#lib/domain/errors.ts';
import type { ReachHints } from '#lib/domain/contact.ts';
import type { DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import type { Random } from '#lib/ports/random.ts';
import type { Signal } from './call-event.ts';
import type { Reach, ReachFailure } from './reach-port.ts';

/** Between two attempts to open a lost channel again, ms: doubled from the first to the last, with jitter. */
const REOPEN_FIRST_MS = 500;
const REOPEN_MOST_MS = 8_000;

export interface CallReachPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly reach: Reach;
}

/** Whom a call is with, and where they may be. */
export interface Whereabouts {
  readonly key: IdentityKey;
  readonly hints: ReachHints;
}

export interface CallReachEvents {
  onChannel(channel: FrameChannel): void;
  report(event: Signal): void;
  /** Whether the person must not choose where we dial: asked before every attempt to open a lost channel again. */
  guarded(): boolean;
}

/** Finds the person of one call and opens channels to them. */
export class CallReach {
  readonly #ports: CallReachPorts;
  readonly #who: Whereabouts;
  readonly #events: CallReachEvents;
  #search: AbortController | undefined;
  #reopening: AbortController | undefined;

  constructor(ports: CallReachPorts, who: Whereabouts, events: CallReachEvents) {
    this.#ports = ports;
    this.#who = who;
    this.#events = events;
  }

  /** Looks for the person once; says `found`, then hands over the channel or says `reach-failed`. */
  async search(): Promise<void> {
    const search = new AbortController();
    this.#search = search;
    const { key, hints } = this.#who;
    const onFound = () => {
      if (!search.signal.aborted) this.#events.report({ type: 'found' });
    };
    try {
      const { signal } = search;
      const channel = await this.#ports.reach.reach(key, hints, { onFound, signal });
      if (signal.aborted) channel.close();
      else this.#events.onChannel(channel);
    } catch (cause) {
      if (!search.signal.aborted)
        this.#events.report({ type: 'reach-failed', reason: failureOf(cause) });
    }
  }

  /** Opens another channel to a device, trying until it works or {@link opened} says that there is one. */
  async reopen(device: DeviceKey): Promise<void> {
    if (this.#reopening !== undefined) return;
    const reopening = new AbortController();
    this.#reopening = reopening;
    const { signal } = reopening;
    const { key, hints } = this.#who;
    for (let delay = REOPEN_FIRST_MS; !signal.aborted; delay = later(delay)) {
      const ownRelaysOnly = this.#events.guarded();
      const options = { device, signal, ownRelaysOnly, onFound: () => undefined };
      try {
        const channel = await this.#ports.reach.reach(key, hints, options);
        if (this.#reopening === reopening) {
          this.#reopening = undefined;
          this.#events.onChannel(channel);
        } else {
          channel.close();
        }
        return;
      } catch {
        await this.#pause(delay * (0.5 + this.#ports.random.unit()), signal);
      }
    }
  }

  /** A channel is open: no other is needed now. */
  opened(): void {
    this.#reopening?.abort();
    this.#reopening = undefined;
  }

  /** The person has called us meanwhile: the search is not needed any more. */
  stopSearch(): void {
    this.#search?.abort();
  }

  close(): void {
    this.stopSearch();
    this.opened();
  }

  #pause(delay: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const cancel = this.#ports.clock.after(delay, resolve);
      signal.addEventListener('abort', () => {
        cancel();
        resolve();
      });
    });
  }
}

const later = (delay: number): number => Math.min(delay * 2, REOPEN_MOST_MS);

const FAILURES: readonly ReachFailure[] = ['not-found', 'not-reachable', 'offline'];

const failureOf = (cause: unknown): ReachFailure =>
  (cause instanceof WoxlyError && FAILURES.find((reason) => reason === cause.reason)) ||
  'not-reachable';
