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
  /** Relays added by hand: multiaddrs ending in `/p2p/RELAY`. */
  readonly relays: readonly string[];
}

export const DEFAULT_SETTINGS: Settings = {
  hideAddress: false,
  strangersMayRing: true,
  ringVolume: 0.8,
  relays: [],
};
