import type { Milliseconds } from '#lib/domain/ids.ts';
import type { OpenLeg } from '../leg/leg.ts';
import type { MediaState } from '../leg/media-state.ts';

/** What this device has once in a call, however many it talks to: its microphone, its speaker, and what is shown of it. */
export interface Own {
  readonly muted: boolean;
  readonly playBlocked: boolean;
  /** `granted`: it is opening, and nobody is asked whether it may: nothing waits for it. */
  readonly microphone: 'closed' | 'opening' | 'granted' | 'open' | 'lost';
  /** The name, maybe empty, of the microphone in use where the chosen one could not be used. */
  readonly instead: string | undefined;
  /** The system has taken the sound of the microphone for a while. */
  readonly systemMuted: boolean;
  /** The page is in the background. */
  readonly background: boolean;
  /** When to open a lost microphone again by ourselves, after so many tries. */
  readonly retry: { readonly at: Milliseconds | undefined; readonly tries: number };
  /** From when on the microphone may be opened anew for a peer that hears nothing. */
  readonly renewAt: Milliseconds;
}

export const NOTHING_OWN: Own = {
  muted: false,
  playBlocked: false,
  microphone: 'closed',
  instead: undefined,
  systemMuted: false,
  background: false,
  retry: { at: undefined, tries: 0 },
  renewAt: 0,
};

/** Whether no sound can come from our microphone. */
export const isLost = ({ microphone, systemMuted }: Own): boolean =>
  (microphone !== 'open' && microphone !== 'granted') || systemMuted;

/** Whether nothing is heard of a peer who should be heard. */
export const isDeaf = ({ hearing, peerMedia }: OpenLeg): boolean =>
  hearing.silent && !peerMedia.muted && !peerMedia.lost;

/** How it stands at our end of a leg. */
export const mediaOf = (own: Own, leg: OpenLeg): MediaState => ({
  muted: own.muted,
  background: own.background,
  sparse: leg.sparse,
  deaf: isDeaf(leg),
  lost: isLost(own),
});
