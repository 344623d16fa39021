import { WoxlyError } from '#lib/domain/errors.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import type { RelayDescription, RelayList } from '#lib/ports/relay-list.ts';

/** What a browser knows of relays before it has reached one; a test sets what the web answers. */
export class MemoryRelayList implements RelayList {
  /** What the page's own relay says; `undefined`: nothing, and never has. */
  page: readonly RelayAddress[] | undefined;
  clockOffsetMs: number | undefined = undefined;
  /** What web addresses answer. */
  readonly web = new Map<string, RelayDescription | 'no relay'>();
  remembered: readonly RelayAddress[] = [];

  constructor(...page: readonly RelayAddress[]) {
    if (page.length > 0) this.page = page;
  }

  async load(): Promise<readonly RelayAddress[]> {
    if (this.page === undefined) throw new Error('no relay is known yet');
    return this.page;
  }

  async describe(url: string, signal: AbortSignal): Promise<RelayDescription | undefined> {
    const found = this.web.get(url);
    if (signal.aborted || found === undefined) throw new WoxlyError('unreachable');
    return found === 'no relay' ? undefined : found;
  }

  recall(): readonly RelayAddress[] {
    return this.remembered;
  }

  remember(addresses: readonly RelayAddress[]): void {
    this.remembered = addresses;
  }
}
