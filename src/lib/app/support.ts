/** What a browser lacks that WOXLY cannot do without. */
export type Missing = 'insecure' | 'webcrypto' | 'indexeddb' | 'webrtc';

/** The first thing that is missing, or `undefined` if this browser can run WOXLY. */
export async function missingSupport(): Promise<Missing | undefined> {
  // Outside a secure context browsers hide the microphone and WebCrypto.
  if (!isSecureContext) return 'insecure';
  if (!(await hasEd25519())) return 'webcrypto';
  if (!('indexedDB' in globalThis)) return 'indexeddb';
  if (!('RTCPeerConnection' in globalThis) || hidesCertificates(navigator.userAgent))
    return 'webrtc';
  return undefined;
}

/** The first Firefox whose statistics name the peer's certificate, which every call is checked by. */
const FIREFOX_WITH_CERTIFICATES = 154;

/** Whether this browser keeps to itself whom a voice connection is really with. */
export function hidesCertificates(userAgent: string): boolean {
  const version = /\bFirefox\/(\d+)/.exec(userAgent)?.[1];
  return version !== undefined && Number(version) < FIREFOX_WITH_CERTIFICATES;
}

/** Chromium 137, Safari 17 and Firefox 129 brought Ed25519 to WebCrypto. */
async function hasEd25519(): Promise<boolean> {
  try {
    await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
    return true;
  } catch {
    return false;
  }
}
