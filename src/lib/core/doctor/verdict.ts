import type { NatKind, PathVerdict } from '../woxly.ts';

/**
 * Where a contact is now. `direct` and `relayed`: there is a connection of the network to one of their devices, with
 * nothing between, or through a TURN server.
 */
export type Whereabouts =
  'direct' | 'relayed' | 'there' | 'offline' | 'not-found' | 'not-reachable';

/** What a call with a contact depends on. */
export interface CallSigns {
  readonly where: Whereabouts;
  /** Their key has changed, and nobody has acknowledged that. */
  readonly keyChanged: boolean;
  /** Our address is hidden from them: only TURN will do. */
  readonly hidden: boolean;
  /** The TURN server that would carry it, if any works. */
  readonly via: string | undefined;
  readonly nat: NatKind;
}

/** How a call would go, as far as one side can tell: the other side's network is seen only in a call. */
export function verdictOf({ where, keyChanged, hidden, via, nat }: CallSigns): PathVerdict {
  if (keyChanged) return { path: 'impossible', because: 'key-changed' };
  if (where !== 'direct' && where !== 'relayed' && where !== 'there')
    return { path: 'impossible', because: where };
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
  if (where === 'relayed' && via !== undefined) return { path: 'relayed', via };
  return { path: 'likely', ...(via !== undefined && { via }) };
}
