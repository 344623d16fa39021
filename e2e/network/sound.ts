import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';

/** A time in which nothing of the other side was played, ms since 1970. */
export interface Silence {
  readonly from: number;
  /** Absent while it lasts. */
  readonly until?: number;
  /**
   * How much of it was played while packets were missing, ms. The rest went by while nobody looked, or nothing was
   * played at all: the machine was busy, and the call not interrupted.
   */
  readonly concealedMs: number;
}

interface Watch {
  last: number;
  /** Played without packets: by the time of `last`, and until now, ms. */
  concealedMs: { atLast: number; now: number };
  silences: { from: number; until: number; concealedMs: number }[];
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
      const watch: Watch = {
        last: Date.now(),
        concealedMs: { atLast: 0, now: 0 },
        silences: [],
      };
      Object.defineProperty(globalThis, Symbol.for(name), { value: watch, configurable: true });
      const most = new Map<string, number>();
      const concealedMs = new Map<string, number>();
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
            const received = Number(stat['totalSamplesReceived'] ?? 0);
            const concealed = Number(stat['concealedSamples'] ?? 0);
            const samples = received - concealed;
            const playedMs = Number(stat['totalSamplesDuration'] ?? 0) * 1000;
            concealedMs.set(id, received === 0 ? 0 : (concealed / received) * playedMs);
            played ||= samples > (most.get(id) ?? 0);
            most.set(id, Math.max(samples, most.get(id) ?? 0));
          }
        }
        const now = Date.now();
        watch.concealedMs.now = [...concealedMs.values()].reduce((sum, ms) => sum + ms, 0);
        if (!played) return;
        if (now - watch.last > least) {
          const missing = watch.concealedMs.now - watch.concealedMs.atLast;
          watch.silences.push({ from: watch.last, until: now, concealedMs: missing });
        }
        watch.last = now;
        watch.concealedMs.atLast = watch.concealedMs.now;
      };
      const again = () => void setTimeout(() => void listen().finally(again), look);
      again();
    },
    [WATCH, LOOK_MS, LEAST_MS] as const,
  );
}

/** Packets of sound that never came, over all connections of the page that are open (`packetsLost` of W3C webrtc-stats). */
export function packetsLost(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const ear = (globalThis as never)[Symbol.for('woxly.test.ear')] as {
      connection: RTCPeerConnection;
    }[];
    const open = ear.filter(({ connection }) => connection.connectionState !== 'closed');
    const reports = await Promise.all(open.map(({ connection }) => connection.getStats()));
    return reports
      .flatMap((report) => [...(report as ReadonlyMap<string, Record<string, unknown>>).values()])
      .filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio')
      .reduce((sum, { packetsLost: lost }) => sum + Number(lost ?? 0), 0);
  });
}

/** Silences since then, the one that lasts included. */
export async function silencesSince(page: Page, time: number): Promise<readonly Silence[]> {
  const { last, silences, concealedMs } = await page.evaluate(
    (name) => (globalThis as never)[Symbol.for(name)] as Watch,
    WATCH,
  );
  const missing = concealedMs.now - concealedMs.atLast;
  const lasting = Date.now() - last > LEAST_MS ? [{ from: last, concealedMs: missing }] : [];
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
  const concealedMs = silences.reduce((sum, silence) => sum + silence.concealedMs, 0);
  return { from: silences[0]?.from ?? time, until: silences.at(-1)?.until ?? time, concealedMs };
}
