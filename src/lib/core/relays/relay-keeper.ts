import type { RelayAddress, RelayId } from '#lib/domain/ids.ts';
import type { NetworkStatus } from '#lib/domain/reasons.ts';
import type { Scope } from '#lib/domain/scope.ts';
import type { PageLife } from '#lib/ports/page-life.ts';
import { Watchers } from '../watchable.ts';
import type { Reachability, RelayView } from './reachability.ts';
import type { WantedRelay } from './wanted-relays.ts';
import { KeptRelay } from './kept-relay.ts';
import type { KeptRelayPorts } from './kept-relay.ts';
import type { Losable } from './own-network.ts';
import { rankRelays } from './rank-relays.ts';
import { afterTrial, nextMove } from './relay-move.ts';
import type { Move } from './relay-move.ts';

/** Reservations held at once: enough to lose two relays, few enough to be seen by few operators. */
const RESERVATIONS_MAX = 3;
/** Relays known at once; hostile invites must not make the list grow. */
const RELAYS_MAX = 18;
/** How often round trips are measured, and a move to a better relay is thought about, ms. */
const REVIEW_MS = 120_000;
/** The first review, ms after the first relay was reached: what is measured while a page starts is too long. */
const FIRST_REVIEW_MS = 10_000;

export interface RelayKeeperPorts extends Omit<KeptRelayPorts, 'onChange'> {
  readonly pageLife: PageLife;
  /**
   * Whether a reservation may be given up for a better one now: not in a call, whose signalling may go over it.
   */
  readonly mayMove: () => boolean;
  readonly scope: Scope;
}

export interface RelayKeeper extends Pick<Reachability, 'watch' | 'status' | 'relays' | 'retry'> {
  /** Addresses of relays that hold a reservation of ours, the best first. */
  readonly reserved: readonly RelayAddress[];
  /**
   * Addresses of relays through which we can call and learn of others: those that hold a reservation of ours, or, where
   * none has room for one, those that said so.
   */
  readonly usable: readonly RelayAddress[];
  viewOf(relay: RelayId): RelayView | undefined;
  /** When each relay was lost, to tell whether our own network is gone. */
  readonly losses: readonly Losable[];
  /** Says which relays there are, and what is known of them. Those that are not among them any more are let go. */
  want(relays: readonly WantedRelay[]): void;
  /** The network seems to have gone, or has `changed`: a relay that does not answer at once is dialled anew. */
  check(changed?: boolean): void;
}

/**
 * Keeps reservations on a few relays. js-libp2p does not come back to a relay that dropped, so this dials the
 * best few in parallel, and again after each loss, with back-off, and at once when the page comes back to life.
 * While one of them fails, a spare one stands in. A better one is taken beside them before the worst is given up.
 */
export function createRelayKeeper(ports: RelayKeeperPorts): RelayKeeper {
  const { clock, random, pageLife, mayMove, scope } = ports;
  const watchers = new Watchers();
  let kept: readonly KeptRelay[] = [];
  let move: Move<KeptRelay> | undefined;
  let cancelReview: (() => void) | undefined;
  let stopped = false;

  scope.add(() => {
    stopped = true;
    cancelReview?.();
    for (const relay of kept) relay.stop();
    kept = [];
  });
  scope.add(pageLife.onWake(retry));
  scope.add(
    pageLife.onOffline(() => {
      watchers.changed();
    }),
  );

  return {
    watch: watchers.watch,
    get status() {
      return statusOf(kept, pageLife.online);
    },
    get relays() {
      return kept.map(({ view }) => view);
    },
    get reserved() {
      return addressesOf('reachable');
    },
    get usable() {
      const reserved = addressesOf('reachable');
      return reserved.length > 0 ? reserved : addressesOf('refused');
    },
    get losses() {
      return kept;
    },
    viewOf: (relay) => kept.find(({ id }) => id === relay)?.view,
    want(relays) {
      if (stopped) return;
      const before = new Map(kept.map((one) => [one.id, one]));
      const named = merged(relays).map((wanted) => {
        const known = before.get(wanted.id);
        known?.update(wanted);
        return known ?? new KeptRelay(wanted, { ...ports, onChange });
      });
      kept = rankRelays(named).slice(0, RELAYS_MAX);
      for (const relay of before.values()) if (!kept.includes(relay)) relay.park();
      balance();
      watchers.changed();
    },
    retry,
    check(changed) {
      for (const relay of kept) relay.check(changed);
      balance();
      watchers.changed();
    },
  };

  function addressesOf(wanted: RelayView['state']): readonly RelayAddress[] {
    return kept.filter(({ state }) => state === wanted).map(({ address }) => address);
  }

  function onChange(): void {
    if (stopped) return;
    endTrial();
    balance();
    if (cancelReview === undefined && kept.some(({ state }) => state === 'reachable'))
      reviewAfter(FIRST_REVIEW_MS);
    watchers.changed();
  }

  /** Gives the reservations there may be to the best relays that can have one. */
  function balance(): void {
    kept = rankRelays(kept);
    const isReachable = kept.some(({ state }) => state === 'reachable');
    let free = RESERVATIONS_MAX;
    for (const relay of kept) {
      if (relay.onTrial) continue;
      switch (relay.state) {
        // Tried in the background, and counted once it succeeds.
        case 'refused':
        case 'unreachable':
          break;
        case 'connecting':
          // One of several that was lost is probably down itself: a spare stands in at once, not when it has failed.
          if (relay.wasLost && isReachable) break;
          if (free > 0) free -= 1;
          else relay.park();
          break;
        case 'reachable':
          if (free > 0) free -= 1;
          // Somebody may be talking to us through it: the review looks again.
          else if (mayMove()) relay.park();
          break;
        case 'spare':
          if (free === 0) break;
          free -= 1;
          relay.start();
      }
    }
  }

  function retry(): void {
    for (const relay of kept) {
      relay.retry();
      // A connection may have died while the page slept, and nobody has said so.
      void relay.measure();
    }
    balance();
    watchers.changed();
  }

  function reviewAfter(ms: number): void {
    cancelReview = clock.after(ms * (0.8 + 0.4 * random.unit()), () => void review());
  }

  async function review(): Promise<void> {
    await Promise.all(kept.map((relay) => relay.measure()));
    if (isStopped()) return;
    cancelReview = undefined;
    if (kept.some(({ state }) => state === 'reachable')) reviewAfter(REVIEW_MS);
    // A trial that has not ended by now has failed.
    if (move?.to.onTrial) move.to.park();
    move = undefined;
    balance();
    if (mayMove()) {
      move = nextMove(kept, clock.now());
      if (move !== undefined) {
        move.to.onTrial = true;
        move.to.triedAt = clock.now();
        move.to.start();
      }
    }
    watchers.changed();
  }

  /** Once the other relay holds a reservation and is measured, the worse of the two is given up. */
  function endTrial(): void {
    if (move === undefined) return;
    const outcome = mayMove() ? afterTrial(move, kept) : 'stay';
    if (outcome === 'wait') return;
    const { from, to } = move;
    move = undefined;
    if (outcome === 'move') {
      to.onTrial = false;
      from.park();
    } else if (to.onTrial) {
      to.park();
    }
  }

  function isStopped(): boolean {
    return stopped;
  }
}

/** One entry a relay, the first mention deciding its place. */
function merged(relays: readonly WantedRelay[]): readonly WantedRelay[] {
  const byId = new Map<RelayId, WantedRelay>();
  for (const relay of relays) {
    if (!byId.has(relay.id)) byId.set(relay.id, relay);
  }
  return [...byId.values()];
}

/**
 * Connecting while a first attempt runs; once every relay has failed it stays offline until one answers, or without room
 * where one does.
 */
function statusOf(relays: readonly KeptRelay[], online: boolean): NetworkStatus {
  if (!online) return 'offline';
  if (relays.some(({ state }) => state === 'reachable')) return 'reachable';
  if (relays.some(({ state }) => state === 'connecting')) return 'connecting';
  return relays.some(({ state }) => state === 'refused') ? 'no-room' : 'offline';
}
