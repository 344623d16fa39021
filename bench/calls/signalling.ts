import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { once } from 'node:events';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Signalling } from './contenders/foreign.ts';
import { PACKAGES } from './packages.ts';

/** The scripts that pages of that path load. */
const SCRIPTS: Readonly<Record<string, string>> = {
  '/peerjs': 'peerjs/dist/peerjs.min.js',
  '/simple-peer': 'simple-peer/simplepeer.min.js',
};

/** What is used of the `peer` package, which only this folder's own package file names. */
interface PeerPackage {
  PeerServer(options: { host: string; port: number; path: string }): unknown;
}

/** Pages without anything, a WebSocket that passes on what two pages say, and the server of PeerJS. */
export async function startSignalling(host: string): Promise<Signalling> {
  const [port, peerServerPort] = [80, 8080];
  const server = createServer(({ url = '/' }, response) => {
    const script = SCRIPTS[url];
    const path = join(PACKAGES, 'node_modules', script ?? '');
    const text = script === undefined ? '' : `<script>${readFileSync(path, 'utf8')}</script>`;
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><title>bench</title>${text}`);
  });
  const pages = new Set<WebSocket>();
  new WebSocketServer({ server, path: '/signal', perMessageDeflate: false }).on(
    'connection',
    (page) => {
      pages.add(page);
      page.on('close', () => pages.delete(page));
      page.on('message', (message) => {
        for (const other of pages) if (other !== page) other.send(message, { binary: false });
      });
    },
  );
  server.listen(port, host);
  await once(server, 'listening');
  const { PeerServer } = createRequire(join(PACKAGES, 'package.json'))('peer') as PeerPackage;
  PeerServer({ host, port: peerServerPort, path: '/' });
  return { host, port, peerServerPort };
}
