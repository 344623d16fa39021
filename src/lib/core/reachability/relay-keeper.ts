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

/** Reservations held at once: enough to lose two relays, few enough to be seen by few operators. */
const RESERVATIONS_MAX = 3;
/** Relays known at once; hostile invites must not make the list grow. */
const RELAYS_MAX = 16;
/** How long one attempt may take, ms: dial, upgrade and reservation. */
const ATTEMPT_TIMEOUT_MS = 12_000;
/** How long a relay may take to answer after the page woke up, ms; one that is silent is dialled anew. */
const PROBE_TIMEOUT_MS = 2_000;
/** Waits between attempts at one relay. */
const BACKOFF = { first: 500, longest: 30_000 };

export interface RelayKeeperPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly pageLife: PageLife;
  readonly network: Pick<PeerNetwork, 'reserve' | 'probe' | 'release'>;
}

/** A relay that reservations may be held on. */
export interface WantedRelay {
  /** Multiaddrs of one relay, best first; each failure goes on to the next. */
  readonly addresses: readonly string[];
  readonly origin: RelayView['origin'];
}

interface KeptRelay extends WantedRelay {
  /** The address in use, or tried last. */
  address: string;
  state: RelayView['state'];
  failures: number;
  /** Ends the attempt or the wait that is under way. */
  cancel: () => void;
}

export interface RelayKeeper extends Reachability {
  /** Relays that hold a reservation of ours. */
  readonly reserved: readonly string[];
  /** Says which relays there are, the dearest first. Those that were there before and are not now are let go. */
  want(relays: readonly WantedRelay[]): void;
  stop(): void;
}

/**
 * Keeps reservations on a few relays. js-libp2p does not come back to a relay that dropped, so this dials the
 * dearest few in parallel, and again after each loss, with back-off, and at once when the page comes back to life.
 * While one of them fails, a spare one stands in.
 */
export function createRelayKeeper(ports: RelayKeeperPorts): RelayKeeper {
  const { clock, random, log, pageLife, network } = ports;
  const watchers = new Watchers();
  let kept: readonly KeptRelay[] = [];
  let stopped = false;

  const stopWaking = pageLife.onWake(retry);
  const stopOffline = pageLife.onOffline(() => {
    watchers.changed();
  });

  return {
    watch: watchers.watch,
    get status() {
      return statusOf(kept, pageLife.online);
    },
    get relays() {
      return kept.map(({ address, origin, state }) => ({ address, origin, state }));
    },
    get reserved() {
      return kept.filter(({ state }) => state === 'reachable').map(({ address }) => address);
    },
    want(relays) {
      if (stopped) return;
      const before = kept;
      kept = merged(relays).map(
        (wanted) => before.find((one) => sameRelay(one, wanted)) ?? newlyKept(wanted),
      );
      for (const relay of before) if (!kept.includes(relay)) letGo(relay);
      balance();
      watchers.changed();
    },
    retry,
    stop() {
      stopped = true;
      stopWaking();
      stopOffline();
      for (const relay of kept) relay.cancel();
      kept = [];
    },
  };

  /** Gives the reservations there may be to the dearest relays that can have one. */
  function balance(): void {
    let free = RESERVATIONS_MAX;
    for (const relay of kept) {
      switch (relay.state) {
        // Tried in the background, and counted once it succeeds.
        case 'refused':
        case 'unreachable':
          break;
        case 'connecting':
        case 'reachable':
          if (free > 0) free -= 1;
          else park(relay);
          break;
        case 'spare':
          if (free === 0) break;
          free -= 1;
          relay.state = 'connecting';
          void attempt(relay);
      }
    }
  }

  function park(relay: KeptRelay): void {
    letGo(relay);
    relay.state = 'spare';
  }

  function letGo(relay: KeptRelay): void {
    relay.cancel();
    if (relay.state === 'reachable') network.release(relay.address);
  }

  function retry(): void {
    for (const relay of kept) {
      switch (relay.state) {
        case 'refused':
        case 'unreachable':
          relay.cancel();
          relay.failures = 0;
          relay.state = 'connecting';
          void attempt(relay);
          break;
        case 'reachable':
          void probe(relay);
          break;
        case 'connecting':
        case 'spare':
      }
    }
    balance();
    watchers.changed();
  }

  /** A connection may have died while the page slept, and nobody has said so. */
  async function probe({ address }: KeptRelay): Promise<void> {
    const { signal, end } = limited(PROBE_TIMEOUT_MS);
    // A silent relay is dropped, which `lost` tells.
    await network.probe(address, signal).catch(() => undefined);
    end();
  }

  async function attempt(relay: KeptRelay): Promise<void> {
    const { signal, end, abort } = limited(ATTEMPT_TIMEOUT_MS);
    let cancelled = false;
    relay.cancel = () => {
      cancelled = true;
      abort();
    };
    relay.address = relay.addresses[relay.failures % relay.addresses.length] ?? relay.address;
    try {
      const { lost } = await network.reserve(relay.address, signal);
      if (isGone()) {
        network.release(relay.address);
        return;
      }
      relay.failures = 0;
      relay.cancel = () => (cancelled = true);
      become(relay, 'reachable');
      log.info('relay reachable', { reservations: countOf('reachable') });
      const onLost = () => {
        if (isGone()) return;
        become(relay, 'connecting');
        log.info('relay lost', { reservations: countOf('reachable') });
        void attempt(relay);
      };
      if (lost.aborted) onLost();
      else lost.addEventListener('abort', onLost, { once: true });
    } catch (failure) {
      if (isGone()) return;
      const refused = failure instanceof WoxlyError && failure.reason === 'refused';
      relay.failures += 1;
      log.info('relay not reachable', { refused, failures: relay.failures });
      const delay = backoff(relay.failures, BACKOFF, random);
      relay.cancel = clock.after(delay, () => void attempt(relay));
      become(relay, refused ? 'refused' : 'unreachable');
    } finally {
      end();
    }

    function isGone(): boolean {
      return cancelled || stopped || !kept.includes(relay);
    }
  }

  function limited(ms: number): { signal: AbortSignal; end(): void; abort(): void } {
    const controller = new AbortController();
    const abort = () => {
      controller.abort();
    };
    const end = clock.after(ms, abort);
    return {
      signal: controller.signal,
      end,
      abort: () => {
        end();
        abort();
      },
    };
  }

  function become(relay: KeptRelay, state: RelayView['state']): void {
    relay.state = state;
    balance();
    watchers.changed();
  }

  function countOf(state: RelayView['state']): number {
    return kept.filter((relay) => relay.state === state).length;
  }
}

function newlyKept(wanted: WantedRelay): KeptRelay {
  const [address = ''] = wanted.addresses;
  return { ...wanted, address, state: 'spare', failures: 0, cancel: () => undefined };
}

/** One entry a relay, the first mention deciding its place. */
function merged(relays: readonly WantedRelay[]): readonly WantedRelay[] {
  const byId = new Map<string, WantedRelay>();
  for (const relay of relays) {
    const id = relayId(relay.addresses[0] ?? '');
    if (id !== '' && !byId.has(id)) byId.set(id, relay);
  }
  return [...byId.values()].slice(0, RELAYS_MAX);
}

const sameRelay = (a: WantedRelay, b: WantedRelay): boolean =>
  a.addresses.join() === b.addresses.join() && a.origin === b.origin;

/** The relay's peer ID: several addresses of one relay are one relay. */
function relayId(address: string): string {
  return /\/p2p\/([^/]+)$/.exec(address)?.[1] ?? address;
}

/** Connecting while a first attempt runs; once every relay has failed it stays offline until one answers. */
function statusOf(relays: readonly KeptRelay[], online: boolean): NetworkStatus {
  if (!online) return 'offline';
  if (relays.some(({ state }) => state === 'reachable')) return 'reachable';
  return relays.some(({ state }) => state === 'connecting') ? 'connecting' : 'offline';
}
