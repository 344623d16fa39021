/** The Web Lock that the one tab which runs the node holds. */
const LOCK = 'woxly-node';
/** Where a tab asks the one that holds the lock to let go. */
const CHANNEL = 'woxly-node';

/** The right to run the node, held by one tab of this browser at a time. */
export interface NodeLock {
  /** `run` is called when another tab wants the node; return `false` to refuse (a live call). */
  onAsked(run: () => boolean): void;
  /** Lets go, so that the next tab may start. */
  release(): void;
}

/** Takes the lock if it is free at this moment. */
export function takeNodeLock(): Promise<NodeLock | undefined> {
  return request({ ifAvailable: true });
}

export type TakeOver =
  { readonly taken: true; readonly lock: NodeLock } | { readonly taken: false };

/** Asks the tab that holds the lock to let go and waits for it; `taken: false` if it is in a call. */
export async function takeOverNodeLock(): Promise<TakeOver> {
  const channel = new BroadcastChannel(CHANNEL);
  const refused = new AbortController();
  channel.onmessage = ({ data }) => {
    if (data === 'refused') refused.abort();
  };
  channel.postMessage('asked');
  try {
    const lock = await request({ signal: refused.signal });
    return lock === undefined ? { taken: false } : { taken: true, lock };
  } finally {
    channel.close();
  }
}

function request(options: LockOptions): Promise<NodeLock | undefined> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(LOCK, options, (lock) => {
        if (lock === null) {
          resolve(undefined);
          return undefined;
        }
        return new Promise<void>((release) => {
          resolve(heldLock(release));
        });
      })
      .catch((failure: unknown) => {
        if (failure instanceof DOMException && failure.name === 'AbortError') resolve(undefined);
        else reject(failure instanceof Error ? failure : new Error(String(failure)));
      });
  });
}

function heldLock(release: () => void): NodeLock {
  const channel = new BroadcastChannel(CHANNEL);
  return {
    onAsked(run) {
      channel.onmessage = ({ data }) => {
        if (data === 'asked' && !run()) channel.postMessage('refused');
      };
    },
    release() {
      channel.close();
      release();
    },
  };
}
