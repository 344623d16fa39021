/** Sets a timer in the worker, or clears it if there is no delay, ms. Its ID comes back when it runs. */
export interface TimerOrder {
  readonly id: number;
  readonly delay?: number;
}

const timers = new Map<number, ReturnType<typeof setTimeout>>();

self.onmessage = ({ data: { id, delay } }: MessageEvent<TimerOrder>) => {
  clearTimeout(timers.get(id));
  timers.delete(id);
  if (delay === undefined) return;
  const timer = setTimeout(() => {
    timers.delete(id);
    self.postMessage(id);
  }, delay);
  timers.set(id, timer);
};
