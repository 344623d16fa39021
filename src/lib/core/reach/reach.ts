import type { Contact } from '#lib/domain/contact.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { IdentityKey, RelayAddress } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import { everyHint } from './hints.ts';
import { reachOnce } from './reach-once.ts';
import type { ReachOncePorts, TakeChannel } from './reach-once.ts';
import type { Reach, ReachFailure, ReachOptions } from './reach-port.ts';

/**
 * Waits between attempts, ms: a person who has just opened the page, or whose relay has just restarted, is there
 * a moment later. After the last one the failure stands.
 */
const RETRY_AFTER_MS = [800, 1_600, 3_200, undefined] as const;
/**
 * Relays beside our own that each further attempt asks. Those that hold our reservations may all be cut off from the
 * others, or lie; that a person cannot be found is believed after relays that have nothing to do with us say so too.
 */
const MORE_RELAYS = 3;

export interface ReachPorts extends ReachOncePorts {
  readonly clock: Clock;
  /** Relays that are known and not in use, the best first. */
  readonly spares: () => readonly RelayAddress[];
  /** Where a contact was last, and which devices they have, as far as that is known. */
  readonly known: (person: IdentityKey) => Pick<Contact, 'hints' | 'devices'> | undefined;
}

export function createReach(ports: ReachPorts): Reach {
  const { clock, usable, watchUsable, spares, known } = ports;

  return {
    async first(person, protocol, options) {
      let opened: FrameChannel | undefined;
      await search(person, protocol, options, (channel) => {
        opened = channel;
        return 'enough';
      });
      if (opened === undefined) throw new WoxlyError<ReachFailure>('not-reachable');
      return opened;
    },

    async *each(person, protocol, options) {
      const over = new AbortController();
      const signal = AbortSignal.any([options.signal, over.signal]);
      const opened: FrameChannel[] = [];
      let tell = (): void => undefined;
      let done = false;
      const searching = search(person, protocol, { ...options, signal }, (channel) => {
        opened.push(channel);
        tell();
        return 'more';
      }).finally(() => {
        done = true;
        tell();
      });
      // Told below; whoever stops early does not hear of it.
      searching.catch(() => undefined);
      try {
        for (;;) {
          const next = opened.shift();
          if (next !== undefined) yield next;
          else if (isDone()) break;
          else await new Promise<void>((resolve) => (tell = resolve));
        }
        await searching;
      } finally {
        over.abort();
        for (const channel of opened) channel.close();
      }

      function isDone(): boolean {
        return done;
      }
    },
  };

  /** Rounds until one opens a channel. @throws WoxlyError<ReachFailure> if none does. */
  async function search(
    person: IdentityKey,
    protocol: string,
    { hints = { devices: [], relays: [] }, ...options }: ReachOptions,
    take: TakeChannel,
  ): Promise<void> {
    for (const [attempt, wait] of RETRY_AFTER_MS.entries()) {
      const contact = known(person);
      const { devices: all, relays } = everyHint(hints, contact?.hints);
      // A link may be older than what we know.
      const devices = all.filter((device) => contact?.devices?.includes(device) !== false);
      const more =
        attempt === 0
          ? []
          : spares()
              .slice(MORE_RELAYS * (attempt - 1))
              .slice(0, MORE_RELAYS);
      const around = { devices, relays: [...more, ...relays] };
      const failure = await reachOnce(ports, person, protocol, around, options, take);
      if (failure === undefined) return;
      if (wait === undefined || options.signal.aborted) throw new WoxlyError(failure);
      await pause(wait, options.signal);
    }
  }

  /** Waits, or goes on at once when a relay is reserved that was not before: through it things may look different. */
  function pause(ms: number, signal: AbortSignal): Promise<void> {
    const before = new Set(usable());
    return new Promise((resolve) => {
      const cancel = clock.after(ms, end);
      const unwatch = watchUsable(() => {
        if (usable().some((relay) => !before.has(relay))) end();
      });
      signal.addEventListener('abort', end, { once: true });

      function end(): void {
        cancel();
        unwatch();
        signal.removeEventListener('abort', end);
        resolve();
      }
    });
  }
}
