import { setTimeout as pause } from 'node:timers/promises';
import type { TurnProcess } from './turn-process.ts';

/** How long the server may take until it answers, ms; on two busy cores it needs a few hundred. */
const START_MS = 5_000;
/** How often a running server is asked whether it still answers, ms, and how long it may take. */
const WATCH_MS = 30_000;
const ANSWER_MS = 5_000;
/** Answers that may be missing in a row before the server counts as hung. */
const MISSED_MOST = 2;
/** Before a server is started again, ms: doubled with each failure, up to the most. */
const BACKOFF_MS = 500;
const BACKOFF_MOST_MS = 60_000;
/** A server that ran this long has not failed to start, ms. */
const STEADY_MS = 60_000;
/** Failures in a row after which nobody is sent to the server any more. */
const FAILURES_MOST = 4;

/** `starting` also after a failure or two: it comes back under the same address and with the same secret. */
export type TurnState = 'starting' | 'up' | 'down';

/** Keeps one program running. */
export interface Supervisor {
  readonly state: TurnState;
  readonly restarts: number;
  /** Resolves when it was up for the first time, or did not come up. Never rejects. */
  readonly tried: Promise<unknown>;
  /** Has the program read its certificate again, now or as soon as it is up: before, the signal would end it. */
  reload(): void;
  /** Ends the program and what keeps it running. */
  stop(): Promise<void>;
}

/** Keeps a server running: starts it, asks it, starts it again when it ends or hangs, with growing pauses. */
export function supervise(init: {
  /** @throws when it cannot be started now; that is tried again. */
  readonly run: () => Promise<TurnProcess>;
  /** Whether the server answers before the signal. Never rejects. */
  readonly answers: (signal: AbortSignal) => Promise<boolean>;
  readonly onState: (state: TurnState) => void;
  readonly now: () => number;
  /** How often to ask a running server, ms; for tests. */
  readonly watchMs?: number;
}): Supervisor {
  const stopping = new AbortController();
  const tried = Promise.withResolvers<undefined>();
  let state: TurnState = 'starting';
  let restarts = 0;
  let wasUp = false;
  let isStale = false;
  let running: TurnProcess | undefined;

  const stopped = (): boolean => stopping.signal.aborted;
  const become = (next: TurnState): void => {
    if (next === state) return;
    state = next;
    init.onState(next);
  };
  /** Resolves when the server has not answered a few times in a row, or when it has ended. */
  const hangs = async (ended: AbortSignal): Promise<void> => {
    for (let missed = 0; missed < MISSED_MOST;) {
      await pause(init.watchMs ?? WATCH_MS, undefined, { signal: ended, ref: false });
      const late = AbortSignal.any([ended, AbortSignal.timeout(ANSWER_MS)]);
      missed = (await init.answers(late)) ? 0 : missed + 1;
    }
  };

  /** One life of the server. Resolves when it is over. */
  const live = async (): Promise<void> => {
    const process = (running = await init.run());
    const over = new AbortController();
    const ended = process.ended.then(() => over.abort());
    // Whoever stopped in the meantime had nothing to kill yet.
    if (stopped()) process.kill();
    const late = AbortSignal.any([over.signal, AbortSignal.timeout(START_MS)]);
    if (await init.answers(late)) {
      wasUp = true;
      become('up');
      if (isStale) process.reload();
      isStale = false;
      tried.resolve(undefined);
      await Promise.race([ended, hangs(over.signal).catch(() => undefined)]);
    }
    process.kill();
    await ended;
  };

  const keep = async (): Promise<void> => {
    let failures = 0;
    while (!stopped()) {
      const began = init.now();
      await live().catch(() => undefined);
      tried.resolve(undefined);
      if (stopped()) return;
      failures = init.now() - began >= STEADY_MS ? 1 : failures + 1;
      become(wasUp && failures <= FAILURES_MOST ? 'starting' : 'down');
      restarts += 1;
      const delay = Math.min(BACKOFF_MOST_MS, BACKOFF_MS * 2 ** (failures - 1));
      await pause(delay, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  };
  const kept = keep();

  return {
    get state() {
      return state;
    },
    get restarts() {
      return restarts;
    },
    tried: tried.promise,
    reload() {
      if (state === 'up') running?.reload();
      else isStale = true;
    },
    async stop() {
      stopping.abort();
      running?.kill();
      await kept;
    },
  };
}
