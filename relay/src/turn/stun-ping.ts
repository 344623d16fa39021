import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** RFC 8489, 5: binding request without attributes. */
const BINDING_REQUEST = [0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4, 0x42];
const TRANSACTION_BYTES = 12;
/** A lost datagram is sent again after this, ms. */
const AGAIN_MS = 200;

/** Whether a STUN server answers over UDP before the signal. Never rejects. */
export function stunAnswers(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  const transaction = randomBytes(TRANSACTION_BYTES);
  const request = Buffer.concat([Buffer.from(BINDING_REQUEST), transaction]);
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  return new Promise((resolve) => {
    let ended = false;
    const end = (answers: boolean) => {
      if (ended) return;
      ended = true;
      clearInterval(again);
      signal.removeEventListener('abort', onAbort);
      socket.close();
      resolve(answers);
    };
    const onAbort = () => end(false);
    // A refused port is told as an error (ICMP); the server may only be starting.
    socket.on('error', () => undefined);
    socket.on('message', (answer) => {
      if (answer.subarray(8, 8 + TRANSACTION_BYTES).equals(transaction)) end(true);
    });
    const send = () => socket.send(request, port, host, () => undefined);
    const again = setInterval(send, AGAIN_MS);
    if (signal.aborted) onAbort();
    else {
      signal.addEventListener('abort', onAbort);
      send();
    }
  });
}
