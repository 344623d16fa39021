import type { Connection } from '@libp2p/interface';
import { dialTarget, mayTry } from './dial-target.ts';
import type { Dialler } from './dialler.ts';
import type { Directory } from './directory.ts';
import {
  DIAL_TIMEOUT_MS,
  DIALS_FOUND_PER_MINUTE,
  DIALS_PER_MINUTE,
  NEIGHBOUR_SETTLED_MS,
  NEIGHBOUR_TICK_MS,
  REDIAL_FOUND_MS,
  REDIAL_GIVEN_MS,
  REDIAL_HOST_MS,
} from '../limits/limits.ts';
import type { Neighbours } from './neighbours.ts';
import type { AddressReach } from '../limits/public-address.ts';
import { createRateLimit } from '../limits/rate-limit.ts';
import { hostShare } from '../limits/share.ts';

/** One relay that is dialled now and then. */
interface Attempts {
  failures: number;
  /** When it may be dialled again, ms. */
  due: number;
  /** Since when it has been a neighbour, ms. */
  since?: number;
  dialling: boolean;
}

export type DialOutcome = 'met' | 'failed';

/**
 * Dials the relays that the operator named, forever, and some of those that the directory names while there are too
 * few neighbours. What the directory says was written by anybody: so few dials a minute, one address a relay and
 * pause, an address or name only once in ten minutes, never a private one, and nothing but a WebSocket whose other
 * end proves to be the relay that signed the descriptor.
 */
export function keepNeighbours(init: {
  /** Multiaddrs that the operator named. */
  readonly given: readonly string[];
  readonly self: string;
  /** Neighbours to have before no more are looked for in the directory. */
  readonly most: number;
  readonly directory: Pick<Directory, 'all' | 'get'>;
  readonly neighbours: Pick<Neighbours, 'has' | 'size' | 'meet' | 'isBlamed'>;
  readonly dialler: Pick<Dialler, 'dial'>;
  /** Who can be behind an address of the directory that may be dialled. */
  readonly allowed: (reach: AddressReach) => boolean;
  readonly connectionTo: (peer: string) => Connection | undefined;
  readonly onDial: (outcome: DialOutcome) => void;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
}): { tick(): void; lost(peer: string): void; stop(): void } {
  const { now, random, neighbours } = init;
  const attempts = new Map<string, Attempts>();
  /** Hosts that the directory led to, and until when they are left alone, ms. */
  const hosts = new Map<string, number>();
  const dials = createRateLimit({ perMinute: DIALS_PER_MINUTE, now });
  const dialsFound = createRateLimit({ perMinute: DIALS_FOUND_PER_MINUTE, now });
  const stopping = new AbortController();

  /** Peer ID → its addresses as the operator gave them. */
  const given = Map.groupBy(init.given, (address) => dialTarget(address)?.peer ?? '');
  given.delete('');
  given.delete(init.self);

  const attemptsOf = (peer: string): Attempts => {
    const known = attempts.get(peer) ?? { failures: 0, due: 0, dialling: false };
    attempts.set(peer, known);
    return known;
  };

  const pause = (peer: string, failures: number): number => {
    const [least, most] = given.has(peer) ? REDIAL_GIVEN_MS : REDIAL_FOUND_MS;
    return Math.min(most, least * 2 ** Math.min(failures, 20)) * (0.5 + 0.5 * random());
  };

  const failed = (peer: string, known: Attempts): void => {
    known.due = now() + pause(peer, known.failures);
    known.failures += 1;
  };

  const isDue = (peer: string): boolean => {
    const known = attempts.get(peer);
    if (neighbours.has(peer)) {
      if (known !== undefined) known.since ??= now();
      return false;
    }
    return known === undefined || (!known.dialling && known.due <= now());
  };

  const tryOnce = async (
    peer: string,
    address: string,
    allowed: (reach: AddressReach) => boolean,
  ): Promise<void> => {
    const known = attemptsOf(peer);
    known.dialling = true;
    delete known.since;
    try {
      const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)]);
      // It may have come by itself.
      const there = init.connectionTo(peer);
      const connection = there ?? (await init.dialler.dial(address, allowed, signal));
      try {
        await neighbours.meet(connection);
      } catch (error) {
        if (there === undefined) connection.abort(new Error('not a neighbour'));
        throw error;
      }
      init.onDial('met');
      // Forgotten only when it stays: see `lost`.
      known.due = now() + pause(peer, known.failures);
    } catch {
      failed(peer, known);
      if (!stopping.signal.aborted) init.onDial('failed');
    } finally {
      known.dialling = false;
    }
  };

  const dialGiven = (): void => {
    for (const [peer, addresses] of given) {
      if (!isDue(peer)) continue;
      if (!dials.take('')) return;
      const address = addresses[(attempts.get(peer)?.failures ?? 0) % addresses.length] ?? '';
      void tryOnce(peer, address, () => true);
    }
  };

  /** The address of a known relay whose turn it is, if it may be dialled. */
  const addressOf = (peer: string): string | undefined => {
    const good = (init.directory.get(peer)?.descriptor.addresses ?? []).filter((address) => {
      const target = dialTarget(address);
      return target !== undefined && mayTry(target, init.allowed);
    });
    const address = good[(attempts.get(peer)?.failures ?? 0) % Math.max(1, good.length)];
    return address !== undefined && (hosts.get(hostOfAddress(address)) ?? 0) <= now()
      ? address
      : undefined;
  };

  const dialFound = (): void => {
    const dialling = [...attempts.values()].filter((one) => one.dialling).length;
    if (neighbours.size + dialling >= init.most) return;
    const candidates = init.directory
      .all()
      .filter(
        ({ peer }) =>
          peer !== init.self && !given.has(peer) && !neighbours.isBlamed(peer) && isDue(peer),
      )
      .flatMap(({ peer }) => {
        const address = addressOf(peer);
        return address === undefined ? [] : [{ peer, address }];
      });
    const one = candidates[Math.floor(random() * candidates.length)];
    if (one === undefined || !dialsFound.take('') || !dials.take('')) return;
    // Loopback is one host with many relays, and nobody but this machine.
    if (!init.allowed('loopback')) hosts.set(hostOfAddress(one.address), now() + REDIAL_HOST_MS);
    void tryOnce(one.peer, one.address, init.allowed);
  };

  const forget = (): void => {
    const time = now();
    for (const [host, until] of hosts) if (until <= time) hosts.delete(host);
    for (const [peer, { due, dialling }] of attempts) {
      const isKnown = given.has(peer) || init.directory.get(peer) !== undefined;
      if (!isKnown && !dialling && due <= time) attempts.delete(peer);
    }
  };

  const tick = (): void => {
    if (stopping.signal.aborted) return;
    forget();
    dialGiven();
    dialFound();
  };
  const ticking = setInterval(tick, NEIGHBOUR_TICK_MS);

  return {
    tick,
    lost(peer) {
      const known = attempts.get(peer);
      if (known === undefined || known.dialling) return;
      const stayed = known.since !== undefined && now() - known.since >= NEIGHBOUR_SETTLED_MS;
      if (stayed) known.failures = 0;
      delete known.since;
      failed(peer, known);
    },
    stop() {
      clearInterval(ticking);
      stopping.abort();
    },
  };
}

const hostOfAddress = (address: string): string =>
  hostShare(dialTarget(address)?.host ?? '').toLowerCase();
