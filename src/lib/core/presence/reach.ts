import type { ReachHints } from '#lib/domain/contact.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { FrameChannel, PeerNetwork } from '#lib/ports/peer-network.ts';
import { CALL_PROTOCOL } from '#lib/protocol/names.ts';
import type { Reach, ReachFailure, ReachOptions } from '../call/reach-port.ts';
import type { Finder } from './finder.ts';

/**
 * Waits between attempts, ms: a person who has just opened the page, or whose relay has just restarted, is there
 * a moment later. After the last one the failure stands.
 */
const RETRY_AFTER_MS = [800, 1_600, 3_200] as const;

export interface ReachPorts {
  readonly clock: Clock;
  readonly network: Pick<PeerNetwork, 'open'>;
  readonly finder: Finder;
  /** Relays that hold a reservation of ours now. */
  readonly reserved: () => readonly string[];
}

/** Finds a person by key and opens a call channel to one of their devices, over all that is known at once. */
export function createReach({ clock, network, finder, reserved }: ReachPorts): Reach {
  return {
    async reach(person, hints, options) {
      for (const wait of [...RETRY_AFTER_MS, undefined]) {
        const outcome = await attempt(person, hints, options);
        if (typeof outcome !== 'string') return outcome;
        if (wait === undefined || options.signal.aborted) throw new WoxlyError(outcome);
        await pause(wait, options.signal);
      }
      throw new WoxlyError<ReachFailure>('not-reachable');
    },
  };

  /** One round of everything: the channel that opened first, or why there is none. */
  async function attempt(
    person: IdentityKey,
    hints: ReachHints,
    { onFound, signal, device: only, ownRelaysOnly = false }: ReachOptions,
  ): Promise<FrameChannel | ReachFailure> {
    const over = new AbortController();
    const tried = new Set<string>();
    const openings: Promise<void>[] = [];
    let winner: FrameChannel | undefined;
    let won = (): void => undefined;
    const firstOpen = new Promise<void>((resolve) => (won = resolve));

    const open = async (device: DeviceKey, relays: readonly string[]): Promise<void> => {
      try {
        const either = AbortSignal.any([signal, over.signal]);
        const channel = await network.open(device, CALL_PROTOCOL, relays, either);
        if (winner !== undefined || signal.aborted) {
          channel.close();
          return;
        }
        winner = channel;
        onFound();
        won();
      } catch {
        // Not that way. Whether any other was possible is told at the end.
      }
    };
    const tryAll = (devices: readonly DeviceKey[], relays: readonly string[]): void => {
      for (const device of devices) {
        const way = [device, ...relays].join();
        if ((only !== undefined && device !== only) || tried.has(way)) continue;
        tried.add(way);
        openings.push(open(device, relays));
      }
    };

    const around = ownRelaysOnly ? reserved() : union(hints.relays, reserved());
    const cached = ownRelaysOnly ? undefined : finder.cached(person);
    if (cached !== undefined) tryAll(cached.devices, union(cached.relays, reserved()));
    tryAll(only === undefined ? hints.devices : [only], around);
    let found = cached !== undefined || hints.devices.length > 0;
    const lookup = ownRelaysOnly
      ? Promise.resolve(true)
      : finder.lookup(person, around, AbortSignal.any([signal, over.signal]), (seen) => {
          found = true;
          onFound();
          tryAll(seen.devices, seen.relays);
        });

    const allTried = lookup.then(async (answered) => {
      await Promise.all(openings);
      return answered;
    });
    const answered = await Promise.race([firstOpen.then(() => true), allTried]);
    over.abort();
    if (winner !== undefined) return winner;
    if (!answered) return 'offline';
    return found ? 'not-reachable' : 'not-found';
  }

  function pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(ms, resolve);
      signal.addEventListener(
        'abort',
        () => {
          cancel();
          resolve();
        },
        { once: true },
      );
    });
  }
}

function union(...lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())];
}
