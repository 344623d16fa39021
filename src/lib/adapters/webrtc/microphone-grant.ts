/**
 * Knows at any moment whether a microphone is there that opens without a question. A browser that does not tell
 * counts as one that asks.
 */
export class MicrophoneGrant {
  #permission: PermissionStatus | undefined;
  #present = false;

  get granted(): boolean {
    return this.#present && this.#permission?.state === 'granted';
  }

  /** Begins to look, and goes on: permissions and devices change. Resolves once it knows. */
  async watch(): Promise<void> {
    if (!('mediaDevices' in navigator)) return;
    const { mediaDevices } = navigator;
    mediaDevices.addEventListener('devicechange', () => void this.#count());
    await Promise.all([this.#count(), this.#ask()]);
  }

  async #ask(): Promise<void> {
    try {
      // Its `state` follows what the person decides later (W3C permissions, 6.3).
      this.#permission = await navigator.permissions.query({ name: 'microphone' });
    } catch {
      // Older Firefox and Safari do not know the name.
    }
  }

  async #count(): Promise<void> {
    try {
      const devices = await navigator.mediaDevices.enumerateDevices();
      this.#present = devices.some(({ kind }) => kind === 'audioinput');
    } catch {
      this.#present = false;
    }
  }
}
