import type { Setup } from '../contender.ts';
import type { BenchPage } from '../page-clock.ts';
import type { Microphone } from './microphone.ts';

/** What is used of https://peerjs.com, loaded by a script element. */
interface MediaConnection {
  on(event: 'stream', run: (stream: MediaStream) => void): void;
  answer(stream: MediaStream): void;
  close(): void;
}
interface Peer {
  on(event: 'open', run: () => void): void;
  on(event: 'call', run: (call: MediaConnection) => void): void;
  on(event: 'error', run: (error: Error) => void): void;
  call(id: string, stream: MediaStream): MediaConnection;
}
type PeerClass = new (id: string, options: object) => Peer;

export async function peerJs({ side, iceServers, host, port }: Setup): Promise<void> {
  const { Peer } = globalThis as unknown as { Peer: PeerClass };
  const bench = (globalThis as never)[Symbol.for('woxly.bench')] as BenchPage;
  const microphone = (globalThis as never)[Symbol.for('woxly.bench.microphone')] as Microphone;
  const player = new Audio();
  let connection: MediaConnection | undefined;
  const options = { host, port, path: '/', secure: false, config: { iceServers } };
  // The server keeps a name for a while after its page has gone.
  const peer = new Peer(`${side}-${String(Math.random()).slice(2)}`, options);
  await new Promise<void>((resolve, reject) => {
    peer.on('open', resolve);
    peer.on('error', reject);
  });
  const play = (call: MediaConnection): void => {
    call.on('stream', (remote) => {
      player.srcObject = remote;
      void player.play();
    });
  };
  Object.assign(globalThis, { peerId: (peer as unknown as { id: string }).id });
  peer.on('call', (call) => {
    connection = call;
    bench.mark('ring');
  });
  bench.call = async () => {
    const stream = await microphone.open();
    connection = peer.call((globalThis as unknown as { calleeId: string }).calleeId, stream);
    play(connection);
  };
  bench.accept = async () => {
    const stream = await microphone.open();
    if (connection === undefined) return;
    play(connection);
    connection.answer(stream);
  };
  bench.hangUp = () => {
    connection?.close();
    microphone.close();
    connection = undefined;
  };
}
