import type { TimerOrder } from './timer-worker.ts';

/** One-shot timers that run in a worker. Where there can be none (an old browser), they never run. */
export class WorkerTimers {
  readonly #worker: Worker | undefined;
  readonly #waiting = new Map<number, (id: number) => void>();

  constructor() {
    try {
      this.#worker = new Worker(new URL('./timer-worker.ts', import.meta.url), { type: 'module' });
    } catch {
      return; // The page's own timers remain.
    }
    this.#worker.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data !== 'number') return;
      const run = this.#waiting.get(data);
      this.#waiting.delete(data);
      run?.(data);
    };
  }

  set(id: number, delay: number, run: (id: number) => void): void {
    if (this.#worker === undefined) return;
    this.#waiting.set(id, run);
    this.#worker.postMessage({ id, delay } satisfies TimerOrder);
  }

  clear(id: number): void {
    if (this.#waiting.delete(id)) this.#worker?.postMessage({ id } satisfies TimerOrder);
  }
}
