import type { NatKind, PathVerdict } from './doctor.ts';

/**
 * Where a contact is now. `direct` and `relayed`: there is a connection of the network to one of their devices, with
 * nothing between, or through a TURN server.
 */
export type ContactPlace =
  'direct' | 'relayed' | 'there' | 'offline' | 'not-found' | 'not-reachable';

/** What a call with a contact depends on. */
export interface CallSigns {
  readonly where: ContactPlace;
  /** Their key has changed, and nobody has acknowledged that. */
  readonly keyChanged: boolean;
  /** Our address is hidden from them: only TURN will do. */
  readonly hidden: boolean;
  /** The TURN server that would carry it, if any works. */
  readonly via: string | undefined;
  readonly nat: NatKind;
}

/** Why no call would be placed at all, so that nobody need be looked for. */
export function refusalOf({
  keyChanged,
  hidden,
  via,
}: Omit<CallSigns, 'where'>): PathVerdict | undefined {
  if (keyChanged) return { path: 'impossible', because: 'key-changed' };
  return hidden && via === undefined
    ? { path: 'impossible', because: 'hidden-no-relay' }
    : undefined;
}

/** How a call would go, as far as one side can tell: the other side's network is seen only in a call. */
export function verdictOf({ where, hidden, via, nat }: CallSigns): PathVerdict {
  if (where !== 'direct' && where !== 'relayed' && where !== 'there')
    return { path: 'impossible', because: where };
  if (hidden && via !== undefined) return { path: 'relayed', via };
  if (where === 'direct') return { path: 'direct' };
  if (nat === 'blocked') {
    return via === undefined
      ? { path: 'impossible', because: 'no-turn' }
      : { path: 'relayed', via };
  }
  if (where === 'relayed' && via !== undefined) return { path: 'relayed', via };
  return { path: 'likely', ...(via !== undefined && { via }) };
}
