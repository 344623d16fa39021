/** The Web Lock that the one tab which runs the node holds. */
const LOCK = 'woxly-node';
/** Where a tab asks the one that holds the lock to let go. */
const CHANNEL = 'woxly-node';
/**
 * How long the tab that holds the lock may say nothing, ms. A call refuses at once and a node stops in well under
 * a second; longer silence is a tab that hangs or that the browser has frozen, and it would keep us out for ever.
 */
const SILENCE_MAX_MS = 3_000;

/** How long a tab that went away may take to come back, ms: one that is loaded again has the node back by then. */
const RELOAD_MS = 5_000;

/** What the tab that holds the lock answers when another one wants the node. */
export interface NodeHolder {
  /** Whether the node may go; `false` refuses (a live call). */
  mayLeave(): boolean;
  /** Stops the node. The lock is let go when this has ended; it may be gone already, taken from a silent tab. */
  leave(): Promise<void>;
}

/** The right to run the node, held by one tab of this browser at a time. */
export interface NodeLock {
  /** Lets go without having been asked. */
  release(): void;
}

/** Takes the lock if it is free at this moment. `holder` answers for it from then on. */
export function takeNodeLock(holder: NodeHolder): Promise<NodeLock | undefined> {
  return request(holder, { ifAvailable: true });
}

/** Resolves once no tab has held the lock for a while; at the signal, too. */
export async function untilNodeIsGone(signal: AbortSignal, reloadMs = RELOAD_MS): Promise<void> {
  for (;;) {
    try {
      await navigator.locks.request(LOCK, { signal }, () => undefined);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, reloadMs));
    const { held = [] } = await navigator.locks.query();
    if (signal.aborted || !held.some(({ name }) => name === LOCK)) return;
  }
}

export type TakeOver =
  { readonly taken: true; readonly lock: NodeLock } | { readonly taken: false };

/**
 * Asks the tab that holds the lock to let go and waits for it; `taken: false` if it is in a call. From a tab that
 * stays silent the lock is taken.
 */
export async function takeOverNodeLock(
  holder: NodeHolder,
  silenceMaxMs = SILENCE_MAX_MS,
): Promise<TakeOver> {
  const channel = new BroadcastChannel(CHANNEL);
  const waiting = new AbortController();
  const answer = { refused: false };
  channel.onmessage = ({ data }) => {
    if (data !== 'refused') return;
    answer.refused = true;
    waiting.abort();
  };
  const timer = setTimeout(() => waiting.abort(), silenceMaxMs);
  channel.postMessage('asked');
  try {
    let lock = await request(holder, { signal: waiting.signal });
    if (lock === undefined && !answer.refused) lock = await request(holder, { steal: true });
    return lock === undefined ? { taken: false } : { taken: true, lock };
  } finally {
    clearTimeout(timer);
    channel.close();
  }
}

function request(holder: NodeHolder, options: LockOptions): Promise<NodeLock | undefined> {
  return new Promise((resolve, reject) => {
    let held: HeldLock | undefined;
    navigator.locks
      .request(LOCK, options, (lock) => {
        if (lock === null) {
          resolve(undefined);
          return undefined;
        }
        return new Promise<void>((release) => {
          held = new HeldLock(holder, release);
          resolve(held);
        });
      })
      .catch((failure: unknown) => {
        // What fails once it is held was taken from us.
        if (held !== undefined) held.leave();
        else if (failure instanceof DOMException && failure.name === 'AbortError')
          resolve(undefined);
        else reject(failure instanceof Error ? failure : new Error(String(failure)));
      });
  });
}

class HeldLock implements NodeLock {
  readonly #channel = new BroadcastChannel(CHANNEL);
  readonly #holder: NodeHolder;
  readonly #letGo: () => void;
  #leaving = false;

  constructor(holder: NodeHolder, letGo: () => void) {
    this.#holder = holder;
    this.#letGo = letGo;
    this.#channel.onmessage = ({ data }) => {
      if (data !== 'asked' || this.#leaving) return;
      if (holder.mayLeave()) this.leave();
      else this.#channel.postMessage('refused');
    };
  }

  leave(): void {
    if (this.#leaving) return;
    this.#leaving = true;
    const over = () => this.release();
    // A node that could not say goodbye is no reason to keep the next tab waiting.
    void this.#holder.leave().then(over, over);
  }

  release(): void {
    this.#leaving = true;
    this.#channel.close();
    this.#letGo();
  }
}
