import type { RelayAddress, RelayId } from './ids.ts';

/** What a person chose, kept on this device. */
export interface Settings {
  /** Calls never show our network address to anybody: through a relay only. */
  readonly hideAddress: boolean;
  /** Whether people who are not in the contacts may ring. */
  readonly strangersMayRing: boolean;
  readonly microphone?: string;
  readonly speaker?: string;
  /** Loudness of the ring, 0 to 1. */
  readonly ringVolume: number;
  /** Relays added by hand. */
  readonly relays: readonly RelayAddress[];
  /** Relays to use before others. */
  readonly preferredRelays: readonly RelayId[];
  /** Relays never to use; removing one that others name puts it here. */
  readonly refusedRelays: readonly RelayId[];
  /** STUN and TURN servers added by hand, beside those of the relays in use. */
  readonly iceServers: readonly ChosenIceServer[];
  /** Contacts see whether this person is online, and this person sees whether they are. */
  readonly sharePresence: boolean;
  /** Calls use as little of the connection as they can. */
  readonly dataSaver: boolean;
}

/** A STUN or TURN server that a person typed in. */
export interface ChosenIceServer {
  /** `stun:`, `turn:` or `turns:` (RFC 7064, RFC 7065). */
  readonly url: string;
  readonly username?: string;
  readonly credential?: string;
}

export const DEFAULT_SETTINGS: Settings = {
  hideAddress: false,
  strangersMayRing: true,
  ringVolume: 0.8,
  relays: [],
  preferredRelays: [],
  refusedRelays: [],
  iceServers: [],
  sharePresence: true,
  dataSaver: false,
};
