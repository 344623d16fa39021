import type { Trust } from '#lib/domain/contact.ts';
import type { CallId, Milliseconds } from '#lib/domain/ids.ts';
import { NO_DESCRIPTIONS } from './descriptions.ts';
import type { Descriptions } from './descriptions.ts';
import type { Link } from './link.ts';
import { SOUND } from './media-state.ts';
import type { MediaState } from './media-state.ts';

/**
 * What there is between this device and one other in a call: a media path, and what is said about it. What this device
 * has once, however many it talks to, is `Own`. A call of two has one leg; whoever has more keeps one of these for each.
 */
export interface Leg {
  /** What its frames carry, and by which events and effects name it: in a call of two, the ID of the call. */
  readonly id: CallId;
  readonly privacy: Privacy;
  /** Gives way when both sides do the same thing at once: the higher identity key. */
  readonly polite: boolean;
  readonly descriptions: Descriptions;
}

/** With a device that knows about it, or is being told. */
export interface LinkedLeg extends Leg {
  readonly link: Link;
}

/** Both sides have accepted: sound may flow. */
export interface OpenLeg extends LinkedLeg {
  /** What the peer says of its sound, and what it was told of ours. */
  readonly peerMedia: MediaState;
  readonly said: MediaState;
  /** Whether the peer's packets have any sound in them; if not, when to restart the path for it, once. */
  readonly hearing:
    | { readonly silent: false }
    | { readonly silent: true; readonly repairAt: Milliseconds | undefined };
  /** We send nothing in silence. */
  readonly sparse: boolean;
  readonly repair: Repair;
}

/** Who may see addresses, and when. */
export interface Privacy {
  /** Both sides may see each other's addresses before Accept: the path connects while it rings. */
  readonly warm: boolean;
  /** `relay`: through TURN only, so that the peer never sees an address of this device. */
  readonly policy: 'all' | 'relay';
  /** Accepting shows our address although it should not: there is no TURN server to go through. */
  readonly showsAddress: boolean;
}

/** How far the repair of a broken path is, by ICE restarts. */
export interface Repair {
  /** `making`, `offered`: our restart, `seen` once the peer has it; `answering`: the peer's, of that round. */
  readonly progress:
    | { readonly is: 'idle' }
    | { readonly is: 'making' }
    | { readonly is: 'offered'; readonly seen: boolean }
    | { readonly is: 'answering'; readonly round: number | undefined };
  /** Since when. */
  readonly since: Milliseconds;
  /** Offers made here for restarts: the number that the latest one carries. */
  readonly round: number;
  /** Restarts since the path was connected last. */
  readonly tries: number;
  /** When the path broke last. */
  readonly broken: Milliseconds;
  /** When our own network changed last. */
  readonly moved: Milliseconds;
  /** When to restart next, while the path is broken: `Infinity` until the peer is heard; else `undefined`. */
  readonly at: Milliseconds | undefined;
}

const NO_REPAIR: Repair = {
  progress: { is: 'idle' },
  since: 0,
  round: 0,
  tries: 0,
  broken: 0,
  moved: -Infinity,
  at: undefined,
};

/** A leg to a device that is still to be found, or has just rung. */
export const newLeg = (id: CallId, privacy: Privacy, polite: boolean): Leg => ({
  id,
  privacy,
  polite,
  descriptions: NO_DESCRIPTIONS,
});

/** The leg once both sides have accepted. */
export const opened = ({ id, privacy, polite, descriptions, link }: LinkedLeg): OpenLeg => ({
  id,
  privacy,
  polite,
  descriptions,
  link,
  said: SOUND,
  peerMedia: SOUND,
  hearing: { silent: false },
  sparse: false,
  repair: NO_REPAIR,
});

/** The privacy rules of the product's table of trust. `hidden`: our address is hidden, from all or from them. */
export function privacyFor(trust: Trust, hidden: boolean, turnAvailable: boolean): Privacy {
  const warm = !hidden && (trust === 'contact' || trust === 'verified');
  if (warm) return { warm, policy: 'all', showsAddress: false };
  return { warm, policy: turnAvailable ? 'relay' : 'all', showsAddress: !turnAvailable };
}
