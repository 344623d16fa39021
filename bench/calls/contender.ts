import type { Page } from '@playwright/test';

/** The two ends of a call. */
export interface Ends {
  readonly caller: Page;
  readonly callee: Page;
}

/** A way to call that is measured. */
export interface Contender {
  readonly name: string;
  /** Where its page is. */
  readonly url: string;
  /** Makes two pages ready that have just been loaded: from then on a call may come. */
  ready(ends: Ends): Promise<void>;
  /** What people do before they press Call on a page that they know, if it matters. */
  approach?(ends: Ends): Promise<void>;
  /** Presses Call. The page marks `call`, and the other one `ring`. */
  call(ends: Ends): Promise<void>;
  /** Presses Accept. The page marks `accept`. */
  accept(ends: Ends): Promise<void>;
  /** How long to wait before another call, ms: a little unless given. */
  readonly restMs?: number;
  /** Ends the call on both sides, so that the next one can come. */
  hangUp(ends: Ends): Promise<void>;
}

/** What the page of a foreign contender is given. */
export interface Setup {
  readonly side: 'caller' | 'callee';
  readonly iceServers: readonly { readonly urls: string }[];
  /** Where its signalling is. */
  readonly host: string;
  readonly port: number;
}
