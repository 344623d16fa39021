/** In a page: the microphone of its calls. */
export interface Microphone {
  /** When Call is pressed, and when Accept is. */
  open(): Promise<MediaStream>;
  /** When the call is over. */
  close(): void;
}

/**
 * To be given to `page.evaluate`: makes the microphone of a page, as `woxly.bench.microphone`. With `open` it is open
 * from now on, and every call uses it.
 */
export async function makeMicrophone({ open }: { open: boolean }): Promise<void> {
  const ask = () => navigator.mediaDevices.getUserMedia({ audio: true });
  const kept = open ? await ask() : undefined;
  let opened: MediaStream | undefined;
  const microphone: Microphone = {
    open: async () => kept ?? (opened = await ask()),
    close: () => {
      opened?.getTracks().forEach((track) => track.stop());
      opened = undefined;
    },
  };
  Object.defineProperty(globalThis, Symbol.for('woxly.bench.microphone'), { value: microphone });
}
