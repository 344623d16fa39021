import type { NodeHolder, NodeLock, TakeOver } from '#lib/adapters/browser/single-tab.ts';
import type { Woxly } from '#lib/core/woxly.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { Missing } from './support.ts';

export type Boot =
  /**
   * Another tab of this browser runs WOXLY. `takeOver` moves it here; it rejects with `WoxlyError<'in-call'>` when
   * the other tab is in a call.
   */
  | { readonly kind: 'elsewhere'; takeOver(): Promise<Boot> }
  | { readonly kind: 'unsupported'; readonly why: Missing }
  | { readonly kind: 'ready'; readonly woxly: Woxly; onTakenOver(run: () => void): void };

/**
 * What starting waits for: whether another tab runs WOXLY, what is stored, or an older tab that holds on to it. Each can
 * last for ever in a browser that does not answer, and then a person has to know.
 */
export type BootStep = 'tabs' | 'storage' | 'older-tab';

export interface BootParts {
  readonly missingSupport: () => Promise<Missing | undefined>;
  readonly takeLock: (holder: NodeHolder) => Promise<NodeLock | undefined>;
  readonly takeOverLock: (holder: NodeHolder) => Promise<TakeOver>;
  readonly compose: (say: (step: BootStep) => void) => Promise<Woxly>;
}

type Take = (holder: NodeHolder) => Promise<NodeLock | undefined>;

/**
 * Makes `boot`, which starts WOXLY in this tab. Called again, it gives what it gave before, until another tab took
 * the node over: there is never a second node in one page. `onStep` hears what is waited for.
 */
export function createBoot({
  missingSupport,
  takeLock,
  takeOverLock,
  compose,
}: BootParts): (onStep?: (step: BootStep) => void) => Promise<Boot> {
  let live: Promise<Boot> | undefined;
  let say: (step: BootStep) => void = () => undefined;

  const boot = (onStep = say) => {
    say = onStep;
    return enter(takeLock);
  };
  const takeOver = () =>
    enter(async (holder) => {
      const outcome = await takeOverLock(holder);
      if (!outcome.taken) throw new WoxlyError('in-call');
      return outcome.lock;
    });
  return boot;

  function enter(take: Take): Promise<Boot> {
    if (live !== undefined) return live;
    const entering: Promise<Boot> = run(take, () => {
      if (live === entering) live = undefined;
    });
    live = entering;
    return entering;
  }

  /** @param forget lets the next `boot` begin anew */
  async function run(take: Take, forget: () => void): Promise<Boot> {
    let lock: NodeLock | undefined;
    let composing: Promise<Woxly> | undefined;
    let woxly: Woxly | undefined;
    const takeover = { happened: false, tell: (): void => undefined };
    const holder: NodeHolder = {
      mayLeave: () => !isInCall(woxly),
      async leave() {
        takeover.happened = true;
        forget();
        takeover.tell();
        await (await composing)?.stop();
      },
    };
    try {
      const why = await missingSupport();
      say('tabs');
      if (why === undefined) lock = await take(holder);
      if (lock === undefined) {
        forget();
        return why === undefined ? { kind: 'elsewhere', takeOver } : { kind: 'unsupported', why };
      }
      say('storage');
      composing = compose((step) => say(step));
      woxly = await composing;
    } catch (failure) {
      lock?.release();
      forget();
      throw failure;
    }
    if (takeover.happened) return { kind: 'elsewhere', takeOver };
    return {
      kind: 'ready',
      woxly,
      onTakenOver(run) {
        takeover.tell = run;
        if (takeover.happened) run();
      },
    };
  }
}

function isInCall(woxly: Woxly | undefined): boolean {
  const call = woxly?.calls.current;
  return call !== undefined && call.stage !== 'ended';
}
