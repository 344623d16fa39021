import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/** The baseline: a signalling server that does nothing but hold WebSockets open. */
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false }, () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`ready ws://127.0.0.1:${port}\n`);
});
