import { WoxlyError } from '#lib/domain/errors.ts';
import type { ReachHints } from '#lib/domain/contact.ts';
import type { DeviceKey, IdentityKey, Milliseconds, RelayAddress } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import type { Random } from '#lib/ports/random.ts';
import { backoff } from '../backoff.ts';
import { pause } from '../pause.ts';
import type { Reach, ReachFailure } from './reach-port.ts';

/** Between two attempts to open a lost channel again. */
const BACKOFF = { first: 250, longest: 4_000 };
/**
 * How long one attempt may take, ms, in turns. On a network that has just come back a dial whose first packets were
 * lost waits for TCP's next try, which a new dial does not; a slow network needs the longer turn.
 */
const ATTEMPT_MS = [3_000, 8_000] as const;
/** An attempt younger than this is not begun anew. */
const FRESH_ATTEMPT_MS = 1_000;
/** A channel that is opened again sooner after the one before is one of a row, ms. */
const ROW_MS = 2_000;
/**
 * As many in a row are nothing strange: a change of network takes a few. Each one more counts as an attempt that failed,
 * as the peer may close them all.
 */
const ROW_FREE = 8;
/** Relays remembered of a search. */
const SEARCHED_MAX = 16;

export interface ReopeningPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly reach: Pick<Reach, 'first'>;
}

/** Whom the channels lead to, and where they may be beside what is remembered of a contact. */
export interface Callee {
  readonly key: IdentityKey;
  readonly hints: ReachHints;
}

export interface ReopeningEvents {
  /** A device of the person is known: it is being dialled. */
  onFound(): void;
  onFailed(reason: ReachFailure): void;
  onChannel(channel: FrameChannel): void;
  /** Whether the person must not choose where we dial: asked before every attempt to open a lost channel again. */
  guarded(): boolean;
}

/** Finds a person and opens channels of one protocol to them, again when they are lost, for as long as it is used. */
export class Reopening {
  readonly #ports: ReopeningPorts;
  readonly #who: Callee;
  readonly #protocol: string;
  readonly #events: ReopeningEvents;
  #search: AbortController | undefined;
  #reopening: AbortController | undefined;
  /** The attempt under way to open a channel again is the last one. */
  #enough = false;
  /** When the attempt that is under way to open a channel again began. */
  #attemptAt: Milliseconds = 0;
  /** When a channel was opened again last, and how many were in a row. */
  #reopenedAt: Milliseconds = -Infinity;
  #row = 0;
  /** Relays that we chose to dial for this: dialled again they learn nothing new. */
  readonly #searched = new Set<RelayAddress>();

  constructor(ports: ReopeningPorts, who: Callee, protocol: string, events: ReopeningEvents) {
    this.#ports = ports;
    this.#who = who;
    this.#protocol = protocol;
    this.#events = events;
  }

  /** We call, and have dialled through these relays: they serve again when a lost channel is opened. */
  dialled(relays: readonly RelayAddress[] = this.#who.hints.relays): void {
    for (const relay of relays) if (this.#searched.size < SEARCHED_MAX) this.#searched.add(relay);
  }

  /** Looks for the person once, in place of a search before: they are found, and a channel is handed over, or it fails. */
  async search(): Promise<void> {
    this.stopSearch();
    const search = new AbortController();
    this.#search = search;
    const { key, hints } = this.#who;
    const onFound = () => {
      if (!search.signal.aborted) this.#events.onFound();
    };
    try {
      const { signal } = search;
      const onDial = (relays: readonly RelayAddress[]) => {
        this.dialled(relays);
      };
      const options = { hints, onFound, onDial, signal };
      const channel = await this.#ports.reach.first(key, this.#protocol, options);
      if (signal.aborted) channel.close();
      else this.#events.onChannel(channel);
    } catch (cause) {
      if (!search.signal.aborted) this.#events.onFailed(failureOf(cause));
    }
  }

  /**
   * Opens another channel to a device, trying until it works or {@link opened} says that there is one. What is being
   * tried already is begun anew, with short pauses again: something has changed.
   */
  async reopen(device: DeviceKey): Promise<void> {
    const { clock, random } = this.#ports;
    const now = clock.now();
    // Also of an attempt that goes on: the channel that was enough is gone.
    this.#enough = false;
    if (this.#reopening !== undefined && now - this.#attemptAt < FRESH_ATTEMPT_MS) return;
    this.#giveUp();
    const reopening = new AbortController();
    this.#reopening = reopening;
    const { signal } = reopening;
    for (let tries = Math.max(0, this.#rowAt(now) - ROW_FREE); ; tries += 1) {
      if (tries > 0) await pause(clock, backoff(tries, BACKOFF, random), signal);
      if (this.#isEnough() || signal.aborted) break;
      const channel = await this.#attempt(device, signal, tries);
      if (channel === undefined) {
        if (this.#isEnough()) break;
      } else if (this.#reopening === reopening) {
        this.#reopening = undefined;
        const at = this.#ports.clock.now();
        this.#row = this.#rowAt(at) + 1;
        this.#reopenedAt = at;
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
    const onlyThrough = this.#events.guarded() ? [...this.#searched] : undefined;
    const options = { hints, device, signal: either, ...(onlyThrough && { onlyThrough }) };
    try {
      return await reach.first(key, this.#protocol, options);
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

  #rowAt(now: Milliseconds): number {
    return now - this.#reopenedAt < ROW_MS ? this.#row : 0;
  }

  #isEnough(): boolean {
    return this.#enough;
  }

  #giveUp(): void {
    this.#reopening?.abort();
    this.#reopening = undefined;
  }
}

const FAILURES: readonly ReachFailure[] = ['not-found', 'not-reachable', 'offline'];

const failureOf = (cause: unknown): ReachFailure =>
  (cause instanceof WoxlyError && FAILURES.find((reason) => reason === cause.reason)) ||
  'not-reachable';
