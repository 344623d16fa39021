import { createScope } from '#lib/domain/scope.ts';
import type { Scope } from '#lib/domain/scope.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Keys } from '#lib/ports/key-vault.ts';
import type { Log } from '#lib/ports/log.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import type { Random } from '#lib/ports/random.ts';
import type { Online } from './online.ts';
import { backoff } from './backoff.ts';
import { Watchers } from './watchable.ts';
import type { Watchable } from './watchable.ts';

/** Waits between attempts to start the network, whose code may not have loaded. */
const START_BACKOFF = { first: 1_000, longest: 30_000 };

export interface StartOnlinePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** This person's keys, once there is an identity. */
  readonly keys: () => Keys | undefined;
  readonly openNetwork: (keys: Keys) => Promise<PeerNetwork>;
  readonly goOnline: (network: PeerNetwork, keys: Keys, scope: Scope) => Online;
  readonly scope: Scope;
}

/** The network, from the moment that there is an identity and the network's code has loaded. */
export interface OnlineStart extends Watchable {
  /** `undefined` until then. */
  readonly current: Online | undefined;
  readonly first: Promise<Online>;
  /** Starts it unless it has started, is starting, or lacks an identity. */
  start(): void;
}

/** Starts the network, trying until it works. */
export function startOnline(ports: StartOnlinePorts): OnlineStart {
  const { clock, random, log, keys, openNetwork, goOnline, scope } = ports;
  const watchers = new Watchers();
  let current: Online | undefined;
  let starting = false;
  let stopped = false;
  /** Of what runs once the network has started. It ends where this was started, however late that is. */
  const running = createScope();
  scope.add(() => {
    stopped = true;
    return running.stop();
  });
  let whenFirst = (_: Online): void => undefined;
  const first = new Promise<Online>((resolve) => (whenFirst = resolve));

  const attempt = async (failures: number): Promise<void> => {
    const own = keys();
    if (own === undefined || starting || stopped) return;
    starting = true;
    try {
      const network = await openNetwork(own);
      running.add(() => network.stop());
      if (isStopped()) return;
      current = goOnline(network, own, running);
      current.watch(() => {
        watchers.changed();
      });
      whenFirst(current);
      log.info('network started');
      watchers.changed();
    } catch {
      starting = false;
      log.warn('network not started', { failures });
      clock.after(backoff(failures + 1, START_BACKOFF, random), () => void attempt(failures + 1));
    }
  };
  const isStopped = () => stopped;

  return {
    watch: watchers.watch,
    get current() {
      return current;
    },
    first,
    start: () => void attempt(0),
  };
}
