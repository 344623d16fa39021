import { WoxlyError } from '#lib/domain/errors.ts';
import type { ReachHints } from '#lib/domain/contact.ts';
import type { DeviceKey, IdentityKey, Milliseconds } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import type { Random } from '#lib/ports/random.ts';
import type { Signal } from './call-event.ts';
import type { Reach, ReachFailure } from './reach-port.ts';

/** Between two attempts to open a lost channel again, ms: doubled from the first to the last, with jitter. */
const REOPEN_FIRST_MS = 250;
const REOPEN_MOST_MS = 4_000;
/**
 * How long one attempt may take, ms, in turns. On a network that has just come back a dial whose first packets were
 * lost waits for TCP's next try, which a new dial does not; a slow network needs the longer turn.
 */
const ATTEMPT_MS = [3_000, 8_000] as const;
/** An attempt younger than this is not begun anew. */
const FRESH_ATTEMPT_MS = 1_000;

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
  /** The attempt under way to open a channel again is the last one. */
  #enough = false;
  /** When the attempt that is under way to open a channel again began. */
  #attemptAt: Milliseconds = 0;

  constructor(ports: CallReachPorts, who: Whereabouts, events: CallReachEvents) {
    this.#ports = ports;
    this.#who = who;
    this.#events = events;
  }

  /** Looks for the person once, in place of a search before; says `found`, then hands over the channel or says `reach-failed`. */
  async search(): Promise<void> {
    this.stopSearch();
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

  /**
   * Opens another channel to a device, trying until it works or {@link opened} says that there is one. What is being
   * tried already is begun anew, with short pauses again: something has changed.
   */
  async reopen(device: DeviceKey): Promise<void> {
    const now = this.#ports.clock.now();
    // Also of an attempt that goes on: the channel that was enough is gone.
    this.#enough = false;
    if (this.#reopening !== undefined && now - this.#attemptAt < FRESH_ATTEMPT_MS) return;
    this.#giveUp();
    const reopening = new AbortController();
    this.#reopening = reopening;
    for (let tries = 0; !reopening.signal.aborted; tries += 1) {
      const channel = await this.#attempt(device, reopening.signal, tries);
      if (channel === undefined) {
        if (this.#isEnough()) break;
        const delay = Math.min(REOPEN_FIRST_MS * 2 ** tries, REOPEN_MOST_MS);
        await this.#pause(delay * (0.5 + this.#ports.random.unit()), reopening.signal);
        if (this.#isEnough()) break;
      } else if (this.#reopening === reopening) {
        this.#reopening = undefined;
        this.#events.onChannel(channel);
        return;
      } else {
        channel.close();
      }
    }
    if (this.#reopening === reopening) this.#reopening = undefined;
  }

  async #attempt(
    device: DeviceKey,
    signal: AbortSignal,
    tries: number,
  ): Promise<FrameChannel | undefined> {
    const { clock, reach } = this.#ports;
    const { key, hints } = this.#who;
    this.#attemptAt = clock.now();
    const limit = new AbortController();
    const most = ATTEMPT_MS[tries % 2] ?? ATTEMPT_MS[0];
    const cancel = clock.after(most, () => limit.abort());
    const either = AbortSignal.any([signal, limit.signal]);
    const ownRelaysOnly = this.#events.guarded();
    const options = { device, signal: either, ownRelaysOnly, onFound: () => undefined };
    try {
      return await reach.reach(key, hints, options);
    } catch {
      return undefined;
    } finally {
      cancel();
    }
  }

  /**
   * A channel is open: no other is needed, and none is tried after the attempt under way. That one goes on: the peer may
   * have its channel already and, if it came while the peer tried as well, nothing else. Both sides giving up theirs
   * for the other's would leave none, again and again.
   */
  opened(): void {
    this.#enough = true;
  }

  /** The person has called us meanwhile: the search is not needed any more. */
  stopSearch(): void {
    this.#search?.abort();
  }

  /** The channel that was {@link opened} last is gone: the attempt under way is not the last one. */
  lost(): void {
    this.#enough = false;
  }

  close(): void {
    this.stopSearch();
    this.#giveUp();
  }

  #isEnough(): boolean {
    return this.#enough;
  }

  #giveUp(): void {
    this.#reopening?.abort();
    this.#reopening = undefined;
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

const FAILURES: readonly ReachFailure[] = ['not-found', 'not-reachable', 'offline'];

const failureOf = (cause: unknown): ReachFailure =>
  (cause instanceof WoxlyError && FAILURES.find((reason) => reason === cause.reason)) ||
  'not-reachable';
