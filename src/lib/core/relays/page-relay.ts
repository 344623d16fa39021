import type { RelayAddress } from '#lib/domain/ids.ts';
import type { Scope } from '#lib/domain/scope.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { PageLife } from '#lib/ports/page-life.ts';
import type { Random } from '#lib/ports/random.ts';
import type { RelayList } from '#lib/ports/relay-list.ts';
import { backoff } from '../backoff.ts';

/** Waits between attempts to learn the page's own relay. */
const BACKOFF = { first: 1_000, longest: 30_000 };
/** The page's relay is asked for again after the wait that follows this many failures. */
const RELEARN_AFTER_FAILURES = 4;
/** How often it is asked again while all is well, ms: its clock is what ours is compared with. */
const REFRESH_MS = 30 * 60_000;

export interface PageRelayPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly pageLife: PageLife;
  readonly relayList: Pick<RelayList, 'load'>;
  /** Something was learned, or could not be. */
  readonly onChange: () => void;
  readonly scope: Scope;
}

/** The relay that served the page. */
export interface PageRelay {
  /** Empty while unknown. */
  readonly addresses: readonly RelayAddress[];
  /** Whether it has not been asked for yet. */
  readonly searching: boolean;
  /** It cannot be reached: one that comes back with another key or port names itself anew. */
  lost(): void;
  /** Asks it now. */
  ask(): void;
}

export function followPageRelay(ports: PageRelayPorts): PageRelay {
  const { clock, random, pageLife, relayList, onChange, scope } = ports;
  let addresses: readonly RelayAddress[] = [];
  let searching = true;
  let stopped = false;
  /** It is asked for soon, or now. */
  let learning = false;
  let cancel = (): void => undefined;

  scope.add(() => {
    stopped = true;
    cancel();
  });
  scope.add(pageLife.onWake(() => void learn(0)));
  void learn(0);

  return {
    get addresses() {
      return addresses;
    },
    get searching() {
      return searching;
    },
    lost() {
      if (learning) return;
      learning = true;
      later(RELEARN_AFTER_FAILURES);
    },
    ask: () => void learn(0),
  };

  async function learn(failures: number): Promise<void> {
    cancel();
    cancel = () => undefined;
    learning = true;
    let failed = false;
    try {
      addresses = await relayList.load();
    } catch {
      failed = true;
    }
    searching = false;
    // It may have been stopped while it waited.
    if (stopped) return;
    learning = failed;
    cancel();
    if (failed) later(failures + 1);
    else cancel = clock.after(REFRESH_MS, () => void learn(0));
    onChange();
  }

  function later(failures: number): void {
    cancel();
    cancel = clock.after(backoff(failures, BACKOFF, random), () => void learn(failures));
  }
}
