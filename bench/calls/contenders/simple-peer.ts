import type { Setup } from '../contender.ts';
import type { BenchPage } from '../page-clock.ts';
import type { Microphone } from './microphone.ts';
import type { Signal } from './signal.ts';

/** What is used of https://github.com/feross/simple-peer, loaded by a script element. */
interface SimplePeer {
  on(event: 'signal', run: (signal: unknown) => void): void;
  on(event: 'stream', run: (stream: MediaStream) => void): void;
  on(event: 'error', run: () => void): void;
  signal(signal: unknown): void;
  destroy(): void;
}
type SimplePeerClass = new (options: object) => SimplePeer;

export function simplePeer({ iceServers, trickle }: Setup & { trickle: boolean }): void {
  const { SimplePeer } = globalThis as unknown as { SimplePeer: SimplePeerClass };
  const bench = (globalThis as never)[Symbol.for('woxly.bench')] as BenchPage;
  const signal = (globalThis as never)[Symbol.for('woxly.bench.signal')] as Signal;
  const microphone = (globalThis as never)[Symbol.for('woxly.bench.microphone')] as Microphone;
  const player = new Audio();
  let peer: SimplePeer | undefined;
  let early: unknown[] = [];

  const open = async (initiator: boolean): Promise<SimplePeer> => {
    const stream = await microphone.open();
    const opened = new SimplePeer({ initiator, trickle, stream, config: { iceServers } });
    opened.on('signal', (message) => signal.send(message));
    opened.on('stream', (remote) => {
      player.srcObject = remote;
      void player.play();
    });
    // It destroys itself.
    opened.on('error', () => undefined);
    return opened;
  };
  signal.onMessage((message) => {
    if (peer !== undefined) return peer.signal(message);
    early.push(message);
    if ((message as { type?: string }).type === 'offer') bench.mark('ring');
  });

  bench.call = async () => void (peer = await open(true));
  bench.accept = async () => {
    const answering = (peer = await open(false));
    early.forEach((message) => answering.signal(message));
    early = [];
  };
  bench.hangUp = () => {
    peer?.destroy();
    microphone.close();
    peer = undefined;
    early = [];
  };
}
