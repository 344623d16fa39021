import type { Page } from '@playwright/test';

/** Times of one call as a page saw them, ms since 1970 with fractions: the pages of one machine share its clock. */
export interface Marks {
  call?: number;
  ring?: number;
  accept?: number;
  /** The first packet of the other side that is not silence. */
  sound?: number;
}

/** What a contender's page can do; `mark` is for its own events. */
export interface BenchPage {
  marks: Marks;
  mark(what: keyof Marks): void;
  call?(): Promise<void>;
  accept?(): Promise<void>;
  hangUp?(): void;
}

/** To be given to `context.addInitScript`, after the `listen` of e2e's ear: notes when sound comes. */
export function keepTime(): void {
  /** Less is the noise of an encoder. */
  const SOUND_MIN_LEVEL = 1e-3;
  /** How often it is asked for, ms: each question takes up to one. */
  const LISTEN_MS = 10;
  const ear = (globalThis as never)[Symbol.for('woxly.test.ear')] as {
    connection: RTCPeerConnection;
  }[];
  const bench: BenchPage = {
    marks: {},
    mark: (what) => void (bench.marks[what] ??= performance.timeOrigin + performance.now()),
  };
  Object.defineProperty(globalThis, Symbol.for('woxly.bench'), { value: bench });
  const heard = () =>
    ear
      .filter(({ connection }) => connection.connectionState === 'connected')
      .flatMap(({ connection }) => connection.getReceivers())
      .filter(({ track }) => track.kind === 'audio')
      .flatMap((receiver) => receiver.getSynchronizationSources())
      .some(({ audioLevel = 1 }) => audioLevel > SOUND_MIN_LEVEL);
  setInterval(() => {
    if (bench.marks.sound === undefined && heard()) bench.mark('sound');
  }, LISTEN_MS);
}

export function forgetMarks(page: Page): Promise<void> {
  return page.evaluate(() => {
    const bench = (globalThis as never)[Symbol.for('woxly.bench')] as BenchPage;
    bench.marks = {};
  });
}

/** Waits until the page has marked something. Resolves to when. */
export async function marked(page: Page, what: keyof Marks): Promise<number> {
  const handle = await page.waitForFunction(
    (name) => {
      const bench = (globalThis as never)[Symbol.for('woxly.bench')] as BenchPage;
      return bench.marks[name];
    },
    what,
    { timeout: 30_000, polling: 20 },
  );
  return Number(await handle.jsonValue());
}

/** Lets the page of a contender do something. */
export function press(page: Page, what: 'call' | 'accept' | 'hangUp'): Promise<void> {
  return page.evaluate(async (name) => {
    const bench = (globalThis as never)[Symbol.for('woxly.bench')] as BenchPage;
    if (name !== 'hangUp') bench.mark(name);
    await bench[name]?.();
  }, what);
}
