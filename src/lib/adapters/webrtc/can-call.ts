import { tellsFingerprints } from './fingerprint.ts';

/** Whether there is WebRTC at all. */
export const hasWebRtc = (): boolean => typeof RTCPeerConnection === 'function';

/**
 * Whether this browser can make calls: it has voice connections and microphones, and tells with whom a connection really
 * is. What it has is asked for, not which version it is.
 */
export async function canCall(): Promise<boolean> {
  if (!hasWebRtc() || !('mediaDevices' in navigator)) return false;
  return tellsFingerprints();
}
