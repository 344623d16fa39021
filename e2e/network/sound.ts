import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';

/** A time in which nothing of the other side was played, ms since 1970. */
export interface Silence {
  readonly from: number;
  /** Absent while it lasts. */
  readonly until?: number;
}

interface Watch {
  last: number;
  silences: { from: number; until: number }[];
}
const WATCH = 'woxly.test.sound';

/** How often the page looks, ms: the browser makes its statistics anew every 50 ms. */
const LOOK_MS = 50;
/** Silences that are shorter are those of looking, and of a busy machine, ms. */
const LEAST_MS = 250;

/**
 * Watches what the page plays of a call: samples that came out of packets, and not those that the browser makes up
 * when there are none (`concealedSamples` of W3C webrtc-stats). Pauses of speech are samples too.
 */
export async function watchSound(page: Page): Promise<void> {
  await page.evaluate(
    ([name, look, least]) => {
      const ear = (globalThis as never)[Symbol.for('woxly.test.ear')] as {
        connection: RTCPeerConnection;
      }[];
      const watch: Watch = { last: Date.now(), silences: [] };
      Object.defineProperty(globalThis, Symbol.for(name), { value: watch, configurable: true });
      const most = new Map<string, number>();
      const listen = async () => {
        let played = false;
        for (const { connection } of ear) {
          if (connection.connectionState === 'closed') continue;
          const report = (await connection.getStats()) as ReadonlyMap<
            string,
            Record<string, unknown>
          >;
          for (const [id, stat] of report) {
            if (stat['type'] !== 'inbound-rtp' || stat['kind'] !== 'audio') continue;
            const samples =
              Number(stat['totalSamplesReceived'] ?? 0) - Number(stat['concealedSamples'] ?? 0);
            played ||= samples > (most.get(id) ?? 0);
            most.set(id, Math.max(samples, most.get(id) ?? 0));
          }
        }
        const now = Date.now();
        if (!played) return;
        if (now - watch.last > least) watch.silences.push({ from: watch.last, until: now });
        watch.last = now;
      };
      const again = () => void setTimeout(() => void listen().finally(again), look);
      again();
    },
    [WATCH, LOOK_MS, LEAST_MS] as const,
  );
}

/** Silences since then, the one that lasts included. */
export async function silencesSince(page: Page, time: number): Promise<readonly Silence[]> {
  const { last, silences } = await page.evaluate(
    (name) => (globalThis as never)[Symbol.for(name)] as Watch,
    WATCH,
  );
  const lasting = Date.now() - last > LEAST_MS ? [{ from: last }] : [];
  return [...silences.filter(({ until }) => until > time), ...lasting];
}

/** Waits until there was a silence after that time and is none any more. Resolves to the time that it ended. */
export async function soundAfter(page: Page, time: number, patienceMs: number): Promise<Silence> {
  let silences: readonly Silence[] = [];
  await expect
    .poll(
      async () => {
        silences = await silencesSince(page, time);
        return silences.length > 0 && silences.every(({ until }) => until !== undefined);
      },
      { timeout: patienceMs, intervals: [100], message: 'sound comes back' },
    )
    .toBe(true);
  return { from: silences[0]?.from ?? time, until: silences.at(-1)?.until ?? time };
}
