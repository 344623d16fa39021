import type { Clock } from '#lib/ports/clock.ts';

/** Servers that are dead, or far, are waited for no longer than this, ms: who rings may be answered by then. */
const GATHERING_MOST_MS = 1000;

/** Resolves once a connection has all its candidates, or has looked for them for long enough. */
export function gathered(connection: RTCPeerConnection, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const stopWaiting = clock.after(GATHERING_MOST_MS, resolve);
    const look = () => {
      if (connection.iceGatheringState !== 'complete') return;
      connection.removeEventListener('icegatheringstatechange', look);
      stopWaiting();
      resolve();
    };
    connection.addEventListener('icegatheringstatechange', look);
    look();
  });
}
