/** In a page: a WebSocket to the one other page, over the server of this bench. */
export interface Signal {
  send(message: unknown): void;
  onMessage(run: (message: unknown) => void): void;
}

/** To be given to `page.evaluate`: opens the signalling of a page, as `woxly.bench.signal`. */
export async function openSignal({ host, port }: { host: string; port: number }): Promise<void> {
  const socket = new WebSocket(`ws://${host}:${port}/signal`);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const signal: Signal = {
    send: (message) => socket.send(JSON.stringify(message)),
    onMessage: (run) => {
      socket.onmessage = ({ data }) => run(JSON.parse(String(data)));
    },
  };
  Object.defineProperty(globalThis, Symbol.for('woxly.bench.signal'), { value: signal });
}
