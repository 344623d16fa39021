import type { NatKind, PathVerdict } from '../woxly.ts';

/** Where a contact is now: `direct` with a direct connection of the network to one of their devices. */
export type Whereabouts = 'direct' | 'there' | 'offline' | 'not-found' | 'not-reachable';

/** What a call with a contact depends on. */
export interface CallSigns {
  readonly where: Whereabouts;
  /** Our address is hidden from them: only TURN will do. */
  readonly hidden: boolean;
  /** The TURN server that would carry it, if any works. */
  readonly via: string | undefined;
  readonly nat: NatKind;
}

/** How a call would go, as far as one side can tell: the other side's network is seen only in a call. */
export function verdictOf({ where, hidden, via, nat }: CallSigns): PathVerdict {
  if (where !== 'direct' && where !== 'there') return { path: 'impossible', because: where };
  if (hidden) {
    return via === undefined
      ? { path: 'impossible', because: 'hidden-no-relay' }
      : { path: 'relayed', via };
  }
  if (where === 'direct') return { path: 'direct' };
  if (nat === 'blocked') {
    return via === undefined
      ? { path: 'impossible', because: 'no-turn' }
      : { path: 'relayed', via };
  }
  return { path: 'likely', ...(via !== undefined && { via }) };
}
