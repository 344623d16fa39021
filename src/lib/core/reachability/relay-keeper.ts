import { WoxlyError } from '#lib/domain/errors.ts';
import type { NetworkStatus } from '#lib/domain/reasons.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Log } from '#lib/ports/log.ts';
import type { PageLife } from '#lib/ports/page-life.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import type { Random } from '#lib/ports/random.ts';
import { Watchers } from '../watchable.ts';
import type { Reachability, RelayView } from '../woxly.ts';
import { backoff } from './backoff.ts';

/** Reservations held at once; the others are only known. */
const RESERVATIONS_MAX = 3;
/** Relays known at once; hostile invites must not make the list grow. */
const RELAYS_MAX = 16;
/** How long one attempt may take, ms: dial, upgrade and reservation. */
const ATTEMPT_TIMEOUT_MS = 12_000;
/** Waits between attempts at one relay. */
const BACKOFF = { first: 500, longest: 30_000 };

export interface RelayKeeperPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly pageLife: PageLife;
  readonly network: PeerNetwork;
}

interface KeptRelay {
  readonly address: string;
  readonly origin: RelayView['origin'];
  state: RelayView['state'];
  failures: number;
  /** Ends the attempt or the wait that is under way. */
  cancel: () => void;
}

export interface RelayKeeper extends Reachability {
  /** Relays that hold a reservation of ours, oldest first. */
  readonly reserved: readonly string[];
  /** Takes a relay into the list and tries it at once. Known ones stay as they are. */
  add(address: string, origin: RelayView['origin']): void;
  remove(address: string): void;
  stop(): void;
}

/**
 * Keeps reservations on a few relays. js-libp2p does not come back to a relay that dropped, so this dials all in
 * parallel, and again after each loss, with back-off, and at once when the page comes back to life.
 */
export function createRelayKeeper(ports: RelayKeeperPorts): RelayKeeper {
  const { clock, random, log, pageLife, network } = ports;
  const watchers = new Watchers();
  const kept = new Map<string, KeptRelay>();
  const reserved: string[] = [];
  let stopped = false;

  const stopWaking = pageLife.onWake(retry);
  const stopOffline = pageLife.onOffline(() => {
    watchers.changed();
  });

  return {
    watch: watchers.watch,
    get status() {
      return statusOf([...kept.values()], pageLife.online);
    },
    get relays() {
      return [...kept.values()].map(({ address, origin, state }) => ({ address, origin, state }));
    },
    get reserved() {
      return reserved;
    },
    add(address, origin) {
      if (stopped || kept.has(relayId(address)) || kept.size >= RELAYS_MAX) return;
      const relay: KeptRelay = {
        address,
        origin,
        state: 'connecting',
        failures: 0,
        cancel: () => undefined,
      };
      kept.set(relayId(address), relay);
      void attempt(relay);
    },
    remove(address) {
      const relay = kept.get(relayId(address));
      if (relay === undefined) return;
      kept.delete(relayId(address));
      relay.cancel();
      forget(relay);
      watchers.changed();
    },
    retry,
    stop() {
      stopped = true;
      stopWaking();
      stopOffline();
      for (const relay of kept.values()) relay.cancel();
      kept.clear();
    },
  };

  function retry(): void {
    for (const relay of kept.values()) {
      if (relay.state === 'reachable' || relay.state === 'connecting') continue;
      relay.cancel();
      relay.failures = 0;
      void attempt(relay);
    }
    watchers.changed();
  }

  async function attempt(relay: KeptRelay): Promise<void> {
    if (reserved.length >= RESERVATIONS_MAX) {
      wait(relay, BACKOFF.longest);
      return;
    }
    const controller = new AbortController();
    const stopTimer = clock.after(ATTEMPT_TIMEOUT_MS, () => {
      controller.abort();
    });
    relay.cancel = () => {
      stopTimer();
      controller.abort();
    };
    become(relay, 'connecting');
    try {
      const { lost } = await network.reserve(relay.address, controller.signal);
      if (!isKept(relay)) return;
      relay.failures = 0;
      reserved.push(relay.address);
      log.info('relay reachable', { reservations: reserved.length });
      become(relay, 'reachable');
      const onLost = () => {
        drop(relay);
      };
      if (lost.aborted) onLost();
      else lost.addEventListener('abort', onLost, { once: true });
    } catch (failure) {
      if (!isKept(relay)) return;
      const refused = failure instanceof WoxlyError && failure.reason === 'refused';
      relay.failures += 1;
      log.info('relay not reachable', { refused, failures: relay.failures });
      become(relay, refused ? 'refused' : 'unreachable');
      wait(relay, backoff(relay.failures, BACKOFF, random));
    } finally {
      stopTimer();
    }
  }

  function drop(relay: KeptRelay): void {
    forget(relay);
    if (!isKept(relay)) return;
    log.info('relay lost', { reservations: reserved.length });
    void attempt(relay);
  }

  function forget(relay: KeptRelay): void {
    const at = reserved.indexOf(relay.address);
    if (at >= 0) reserved.splice(at, 1);
  }

  function wait(relay: KeptRelay, delay: number): void {
    relay.cancel = clock.after(delay, () => void attempt(relay));
  }

  function isKept(relay: KeptRelay): boolean {
    return !stopped && kept.get(relayId(relay.address)) === relay;
  }

  function become(relay: KeptRelay, state: RelayView['state']): void {
    relay.state = state;
    watchers.changed();
  }
}

/** The relay's peer ID: several addresses of one relay are one relay. */
function relayId(address: string): string {
  return /\/p2p\/([^/]+)$/.exec(address)?.[1] ?? address;
}

/** Connecting while a first attempt runs; once every relay has failed it stays offline until one answers. */
function statusOf(relays: readonly KeptRelay[], online: boolean): NetworkStatus {
  if (relays.some(({ state }) => state === 'reachable')) return online ? 'reachable' : 'offline';
  if (!online || relays.length === 0) return 'offline';
  return relays.some(({ failures }) => failures === 0) ? 'connecting' : 'offline';
}
