import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import {
  ALLOCATE,
  TRANSACTION_BYTES,
  challengeOf,
  readStunAnswer,
  stunRequest,
} from './stun-message.ts';
import type { Challenge, TurnLogin } from './stun-message.ts';

/** A lost datagram is sent again after this, ms. */
const AGAIN_MS = 200;
const CHALLENGED = 401;

/**
 * Whether a TURN server answers over UDP before the signal, and takes credentials. Never rejects.
 *
 * The request lacks what an allocation needs, so that the server checks the credentials and allocates nothing. The
 * first check matters by itself: coturn then makes the tables of its database, and of two peers that came first at the
 * same moment one would be refused, as the database is locked.
 */
export function turnAnswers(
  host: string,
  port: number,
  login: TurnLogin,
  signal: AbortSignal,
): Promise<boolean> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  let transaction = randomBytes(TRANSACTION_BYTES);
  let challenge: Challenge | undefined;
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
    const send = () => {
      const signed = challenge && { login, challenge };
      socket.send(stunRequest(ALLOCATE, transaction, [], signed), port, host, () => undefined);
    };
    // A refused port is told as an error (ICMP); the server may only be starting.
    socket.on('error', () => undefined);
    socket.on('message', (bytes) => {
      const answer = readStunAnswer(bytes, transaction);
      if (answer === undefined) return;
      const wasSigned = challenge !== undefined;
      if (answer.code !== CHALLENGED) {
        end(wasSigned);
        return;
      }
      challenge = challengeOf(answer);
      transaction = randomBytes(TRANSACTION_BYTES);
      // Refused although it was signed: that is tried again with the next tick.
      if (!wasSigned) send();
    });
    const again = setInterval(send, AGAIN_MS);
    if (signal.aborted) onAbort();
    else {
      signal.addEventListener('abort', onAbort);
      send();
    }
  });
}
