import { multiaddr } from '@multiformats/multiaddr';
import { afterEach, expect, test, vi } from 'vitest';
import { closingWebSockets } from './web-sockets.ts';

/** A socket that says nothing by itself. */
class StillSocket extends EventTarget {
  static made: StillSocket[] = [];
  binaryType = 'blob';
  closed = false;
  readonly uri: string;

  constructor(uri: string) {
    super();
    this.uri = uri;
    StillSocket.made.push(this);
  }

  close(): void {
    this.closed = true;
  }
}

const quiet = Object.assign(() => undefined, { trace: () => undefined, error: () => undefined });
const components = { logger: { forComponent: () => quiet }, events: new EventTarget() };

afterEach(() => {
  StillSocket.made = [];
  vi.unstubAllGlobals();
});

function dial(signal: AbortSignal) {
  vi.stubGlobal('WebSocket', StillSocket);
  const transport = closingWebSockets()(components as never);
  const upgraded = { upgradeOutbound: () => Promise.resolve('upgraded') } as never;
  const address = multiaddr('/dns4/relay.example/tcp/443/tls/ws');
  const connection = transport.dial(address, { signal, upgrader: upgraded } as never);
  return { connection };
}

test('a dial that is given up closes its socket', async () => {
  const giveUp = new AbortController();
  const { connection } = dial(giveUp.signal);
  expect(StillSocket.made).toMatchObject([{ uri: 'wss://relay.example', closed: false }]);
  giveUp.abort();
  await expect(connection).rejects.toThrow('relay.example');
  expect(StillSocket.made).toMatchObject([{ closed: true }]);
});

test('a socket that opens is used, and left open when the signal of its dial aborts later', async () => {
  const giveUp = new AbortController();
  const { connection } = dial(giveUp.signal);
  StillSocket.made[0]?.dispatchEvent(new Event('open'));
  await expect(connection).resolves.toBe('upgraded');
  giveUp.abort();
  expect(StillSocket.made).toMatchObject([{ closed: false, binaryType: 'arraybuffer' }]);
});

test('a socket that fails ends the dial; one that was given up before it began is not opened', async () => {
  const { connection } = dial(new AbortController().signal);
  StillSocket.made[0]?.dispatchEvent(new Event('error'));
  await expect(connection).rejects.toThrow('relay.example');
  StillSocket.made = [];
  await expect(dial(AbortSignal.abort()).connection).rejects.toThrow();
  expect(StillSocket.made).toEqual([]);
});
