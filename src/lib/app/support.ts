/** What a browser lacks that WOXLY cannot do without. Without voice connections it still does all but calls. */
export type Missing = 'insecure' | 'webcrypto' | 'indexeddb';

/** The first thing that is missing, or `undefined` if this browser can run WOXLY. */
export async function missingSupport(): Promise<Missing | undefined> {
  // Outside a secure context browsers hide the microphone and WebCrypto.
  if (!isSecureContext) return 'insecure';
  if (!(await hasEd25519())) return 'webcrypto';
  if (!('indexedDB' in globalThis)) return 'indexeddb';
  return undefined;
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
