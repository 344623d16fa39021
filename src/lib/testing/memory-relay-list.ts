import { WoxlyError } from '#lib/domain/errors.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import type { RelayDescription, RelayList } from '#lib/ports/relay-list.ts';

/** So many are remembered. */
const REMEMBERED_MOST = 8;

/** What a browser knows of relays before it has reached one; a test sets what the web answers. */
export class MemoryRelayList implements RelayList {
  /** What the page's own relay says; `undefined`: it does not answer. */
  page: readonly RelayAddress[] | undefined;
  /** What origins answer; all others do not. */
  readonly web = new Map<string, RelayDescription | 'no relay' | 'silence'>();
  remembered: readonly RelayAddress[] = [];
  #clockAheadMs: number | undefined;
  #clockOffsetMs: number | undefined;
  /** What the page's own relay said last. */
  #known: readonly RelayAddress[] = [];

  constructor(...page: readonly RelayAddress[]) {
    if (page.length > 0) this.page = page;
  }

  get clockOffsetMs(): number | undefined {
    return this.#clockOffsetMs;
  }

  /** What the page's own relay says of its clock whenever it answers from now on. */
  set clockOffsetMs(ahead: number | undefined) {
    this.#clockAheadMs = ahead;
  }

  /** The list of the same page after a reload. */
  reload(): MemoryRelayList {
    const next = new MemoryRelayList(...(this.page ?? []));
    for (const [origin, answer] of this.web) next.web.set(origin, answer);
    next.remembered = this.remembered;
    next.#clockAheadMs = this.#clockAheadMs;
    next.#known = this.#known;
    return next;
  }

  async load(): Promise<readonly RelayAddress[]> {
    if (this.page !== undefined && this.page.length > 0) {
      this.#known = this.page;
      this.#clockOffsetMs = this.#clockAheadMs;
    }
    if (this.#known.length === 0) throw new Error('no relay is known yet');
    return this.#known;
  }

  async describe(url: string, signal: AbortSignal): Promise<RelayDescription | undefined> {
    const found = this.web.get(new URL(url).origin);
    if (found === 'silence' && !signal.aborted) {
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
    }
    if (signal.aborted || found === undefined) throw new WoxlyError('unreachable');
    return typeof found === 'string' || found.addresses.length === 0 ? undefined : found;
  }

  recall(): readonly RelayAddress[] {
    return this.remembered;
  }

  remember(addresses: readonly RelayAddress[]): void {
    this.remembered = addresses.slice(0, REMEMBERED_MOST);
  }
}
