import { WoxlyError } from '#lib/domain/errors.ts';
import type { RelayAddress, RelayId } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Log } from '#lib/ports/log.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import type { Random } from '#lib/ports/random.ts';
import { AddressTurn } from './address-turn.ts';
import { limited } from '../limited.ts';
import type { RelayView } from './reachability.ts';
import { backoff } from '../backoff.ts';
import type { BackoffLimits } from '../backoff.ts';
import type { WantedRelay } from './wanted-relays.ts';
import type { Rankable } from './rank-relays.ts';

/**
 * How long one attempt may take, ms, in turns: dial, upgrade and reservation. On a network that has just come back a
 * dial whose first packets were lost waits for TCP's next try, which a new dial does not; a slow one needs longer.
 */
const ATTEMPT_TIMEOUTS_MS = [3_000, 12_000] as const;
/** An attempt younger than this is not begun anew on another network. */
const FRESH_ATTEMPT_MS = 1_000;
/** How long a relay may take to answer a probe, ms; one that is silent is dialled anew. */
const PROBE_TIMEOUT_MS = 2_000;
/** The same where the network seems to have gone or changed, at least: a call may be silent until it is known. */
const URGENT_PROBE_MS = 700;
/** Round trips that an urgent probe waits on a slow network. */
const URGENT_ROUND_TRIPS = 3;
/** Waits between attempts at a relay of the person's own choice, or the page's. */
const BACKOFF = { first: 500, longest: 30_000 };
/** Waits between attempts at others: there are more of them, and many may be gone for good. */
const BACKOFF_OTHERS = { first: 1_000, longest: 300_000 };
/**
 * Waits after a relay was lost, for a while. One that restarts loses a thousand pages at the same moment, and a
 * handshake costs it some 10 ms: it takes so many a second as it can, and refuses the others at once. Each page's waits
 * are drawn at random, and short enough for all of them to be back within a minute.
 */
const BACKOFF_RETURNING = { first: 500, longest: 8_000 };
/** How long after a loss those waits hold, ms. */
const RETURNING_MS = 120_000;
/** Waits while a call is broken, which may need this relay to go on. */
const BACKOFF_HURRIED = { first: 500, longest: 1_000 };
/** Failures after which the longest of these waits is reached. */
const HURRIED_FAILURES = 2;
/**
 * How much a measurement of a round trip that is longer than those before counts against them. One that is shorter
 * counts whole: a busy page only ever makes them longer.
 */
const LONGER_WEIGHT = 0.5;

export interface KeptRelayPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly network: Pick<PeerNetwork, 'reserve' | 'probe' | 'release'>;
  /** Whether a call is broken, which a relay may mend: one that is lost is dialled again soon. */
  readonly isHurried: () => boolean;
  /** Called after {@link KeptRelay.state} has changed by itself. */
  readonly onChange: (relay: KeptRelay) => void;
}

/** One relay: its reservation while there is one, attempts with back-off while there is none. */
export class KeptRelay implements Rankable {
  readonly id: RelayId;
  readonly chance: number;
  wanted: WantedRelay;
  /** The address in use, or tried last. */
  address: RelayAddress;
  state: RelayView['state'] = 'spare';
  /** Measured and smoothed, ms. */
  roundTripMs: number | undefined;
  /** Held beside the others, to see whether it is better than one of them. */
  onTrial = false;
  /** It held a reservation, lost it, and is being dialled again. */
  wasLost = false;
  /** When it was lost last; `-Infinity` if it never was. */
  lostAt = -Infinity;
  /** When it was last tried as a better one. */
  triedAt = -Infinity;
  readonly #ports: KeptRelayPorts;
  /** Since the last success, or since something changed: how often it failed, and was tried. */
  #failures = 0;
  #tries = 0;
  /** Ends the attempt or the wait that is under way. */
  #cancel = (): void => undefined;
  /** Ends the probe that is under way. */
  #endProbe: (() => void) | undefined;
  #attemptAt = -Infinity;
  readonly #addresses = new AddressTurn();

  constructor(wanted: WantedRelay, ports: KeptRelayPorts) {
    this.#ports = ports;
    this.wanted = wanted;
    this.address = wanted.addresses[0];
    this.id = wanted.id;
    this.chance = ports.random.unit();
  }

  get tier(): WantedRelay['tier'] {
    return this.wanted.tier;
  }

  get operators(): readonly string[] {
    return this.wanted.operators;
  }

  get addresses(): readonly RelayAddress[] {
    return this.wanted.addresses;
  }

  get held(): boolean {
    return !this.onTrial && (this.state === 'reachable' || this.state === 'connecting');
  }

  get load(): number | undefined {
    const { descriptor } = this.wanted;
    if (descriptor === undefined || descriptor.reservationsMax === 0) return undefined;
    return Math.min(1, descriptor.reservations / descriptor.reservationsMax);
  }

  get view(): RelayView {
    const { address, state, load, roundTripMs, wanted } = this;
    const { descriptor } = wanted;
    return {
      address,
      state,
      origin: wanted.origin,
      preferred: wanted.tier === 'preferred',
      ...(descriptor && { version: descriptor.version, turn: descriptor.turn }),
      ...(descriptor?.operator && { operator: descriptor.operator }),
      ...(load !== undefined && { load }),
      ...(roundTripMs !== undefined && { roundTripMs: Math.round(roundTripMs) }),
    };
  }

  /** Takes in what is known of it now. A relay that waits is tried at once at an address that is new. */
  update(wanted: WantedRelay): void {
    const isNew = wanted.addresses.some((address) => !this.wanted.addresses.includes(address));
    this.wanted = wanted;
    const waits = this.state === 'unreachable' || this.state === 'refused';
    if (waits && isNew) this.retry();
    else if (this.state === 'spare') this.address = wanted.addresses[0];
  }

  start(): void {
    this.state = 'connecting';
    void this.#attempt();
  }

  /** Tries again now, if it waits for its next attempt. */
  retry(): void {
    if (this.state !== 'refused' && this.state !== 'unreachable') return;
    this.#cancel();
    this.#afresh();
    this.start();
  }

  /** The network seems to have gone, or has `changed`: whatever does not answer at once is dialled anew. */
  check(changed = false): void {
    const { clock } = this.#ports;
    if (changed) this.#addresses.doubt();
    const hangs = clock.now() - this.#attemptAt >= FRESH_ATTEMPT_MS;
    if (this.state === 'connecting' && hangs) {
      this.#cancel();
      this.#afresh();
      this.start();
    }
    this.retry();
    const patience = Math.max(URGENT_PROBE_MS, URGENT_ROUND_TRIPS * (this.roundTripMs ?? 0));
    if (this.#endProbe === undefined) void this.measure(patience);
    else clock.after(patience, this.#endProbe);
  }

  /** Gives the reservation back. The relay may be started again later. */
  park(): void {
    this.stop();
    const held = this.state === 'reachable';
    this.state = 'spare';
    this.onTrial = false;
    this.wasLost = false;
    if (held) this.#ports.network.release(this.address);
  }

  /** Ends what is under way, and nothing else. */
  stop(): void {
    this.#cancel();
  }

  /** Measures the round trip. A relay that is silent is dropped by the network, and so lost. */
  async measure(patience = PROBE_TIMEOUT_MS): Promise<void> {
    if (this.state !== 'reachable' || this.#endProbe !== undefined) return;
    const cut = new AbortController();
    this.#endProbe = () => {
      cut.abort();
    };
    const { signal, end } = limited(this.#ports.clock, patience, cut.signal);
    try {
      const measured = await this.#ports.network.probe(this.address, signal);
      const before = this.roundTripMs ?? measured;
      this.roundTripMs = Math.min(measured, before + LONGER_WEIGHT * (measured - before));
      this.#addresses.answered();
    } catch {
      // Lost, which its reservation tells; or the measurement failed and proves nothing.
    } finally {
      end();
      this.#endProbe = undefined;
    }
  }

  async #attempt(): Promise<void> {
    const { clock, random, log, network } = this.#ports;
    const abort = new AbortController();
    const timeout = ATTEMPT_TIMEOUTS_MS[this.#tries % 2] ?? ATTEMPT_TIMEOUTS_MS[0];
    this.#tries += 1;
    const { signal, end } = limited(clock, timeout, abort.signal);
    this.#attemptAt = clock.now();
    let cancelled = false;
    const isCancelled = () => cancelled;
    this.#cancel = () => {
      cancelled = true;
      abort.abort();
    };
    const address = this.#addresses.next(this.wanted.addresses) ?? this.address;
    this.address = address;
    try {
      const { relay, lost } = await network.reserve(address, signal);
      if (isCancelled()) {
        // Unless another attempt has taken it meanwhile.
        if (this.state === 'spare') network.release(address);
        return;
      }
      this.#afresh();
      // A connection over another address may have been there already.
      if (this.wanted.addresses.includes(relay)) this.address = relay;
      this.#addresses.worked(this.address);
      this.#cancel = () => (cancelled = true);
      const onLost = () => {
        if (isCancelled()) return;
        log.info('relay lost');
        this.wasLost = true;
        this.lostAt = clock.now();
        this.start();
        this.#ports.onChange(this);
      };
      if (lost.aborted) {
        onLost();
        return;
      }
      lost.addEventListener('abort', onLost, { once: true });
      this.wasLost = false;
      log.info('relay reachable');
      this.#become('reachable');
      await this.measure();
      if (!isCancelled()) this.#ports.onChange(this);
    } catch (failure) {
      if (isCancelled()) return;
      const refused = failure instanceof WoxlyError && failure.reason === 'refused';
      // So that the pauses are short again when the hurry is over.
      const most = this.#ports.isHurried() ? HURRIED_FAILURES : Infinity;
      this.#failures = Math.min(this.#failures + 1, most);
      log.info('relay not reachable', { refused, failures: this.#failures });
      const delay = backoff(this.#failures, this.#waits(), random);
      this.#cancel = clock.after(delay, () => void this.#attempt());
      this.onTrial = false;
      this.wasLost = false;
      this.#become(refused ? 'refused' : 'unreachable');
    } finally {
      end();
    }
  }

  /** Short pauses and attempts again, the first at the address that worked. */
  #afresh(): void {
    this.#failures = 0;
    this.#tries = 0;
    this.#addresses.afresh();
  }

  #waits(): BackoffLimits {
    if (this.#ports.isHurried()) return BACKOFF_HURRIED;
    if (this.#ports.clock.now() - this.lostAt < RETURNING_MS) return BACKOFF_RETURNING;
    return this.tier === 'directory' || this.tier === 'invite' ? BACKOFF_OTHERS : BACKOFF;
  }

  #become(state: RelayView['state']): void {
    this.state = state;
    this.#ports.onChange(this);
  }
}
