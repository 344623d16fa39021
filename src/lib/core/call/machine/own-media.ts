import type { AcceptedCall } from './state.ts';
import type { MediaState } from './media-state.ts';

/** Whether nothing is heard of a peer who should be heard. */
export const isDeaf = ({ hearing, peerMedia }: AcceptedCall): boolean =>
  hearing.silent && !peerMedia.muted && !peerMedia.lost;

/** How it stands at our end. */
export function mediaOf(call: AcceptedCall): MediaState {
  const { muted, microphone, systemMuted, background, sparse } = call;
  return {
    muted,
    background,
    sparse,
    deaf: isDeaf(call),
    lost: (microphone !== 'open' && microphone !== 'granted') || systemMuted,
  };
}
