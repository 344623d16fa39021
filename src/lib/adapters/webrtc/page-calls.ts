import type { Clock } from '#lib/ports/clock.ts';
import { Report } from './report.ts';
import type { Stat } from './report.ts';

/** For tests in a real browser. Imported by tests only. */

export const pageClock: Clock = {
  now: () => Date.now(),
  after: (delay, run) => {
    const timer = setTimeout(run, delay);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Resolves once so many more packets of sound have come in. */
export async function packetsCome(connection: RTCPeerConnection, more: number): Promise<void> {
  const count = async () => (await soundOf(connection, 'inbound-rtp'))?.packetsReceived ?? 0;
  const before = await count();
  while ((await count()) < before + more) {
    await new Promise<void>((resolve) => pageClock.after(50, resolve));
  }
}

export async function soundOf(
  connection: RTCPeerConnection,
  type: 'inbound-rtp' | 'outbound-rtp',
): Promise<Stat | undefined> {
  return (await Report.of(connection)).sound(type);
}
