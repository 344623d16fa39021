import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import {
  ALLOCATE,
  NO_LONGER,
  OVER_UDP,
  REFRESH,
  TRANSACTION_BYTES,
  challengeOf,
  readStunAnswer,
  stunRequest,
} from './stun-message.ts';
import type { Challenge, TurnLogin } from './stun-message.ts';

/** A lost datagram is sent again after this, ms. */
const AGAIN_MS = 200;
const CHALLENGED = 401;
/** Allocated now, or by the same request sent before. */
const ALLOCATED = [200, 437];
/** It would allocate, and has no room left. */
const FULL = [486, 508];

/**
 * Whether a TURN server takes credentials over UDP before the signal and allocates, as a browser asks it to. Never
 * rejects. What it allocates is given back at once.
 *
 * Anything less would not do: a server may answer everybody and refuse every allocation. The first check matters by
 * itself: coturn then makes the tables of its database, and of two peers that came first at the same moment one would
 * be refused, as the database is locked.
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
      const request = stunRequest(ALLOCATE, transaction, [OVER_UDP], signed);
      socket.send(request, port, host, () => undefined);
    };
    const giveBack = (given: Challenge) => {
      const signed = { login, challenge: given };
      const request = stunRequest(REFRESH, randomBytes(TRANSACTION_BYTES), [NO_LONGER], signed);
      socket.send(request, port, host, () => end(true));
    };
    // A refused port is told as an error (ICMP); the server may only be starting.
    socket.on('error', () => undefined);
    socket.on('message', (bytes) => {
      const answer = readStunAnswer(bytes, transaction);
      if (answer === undefined) return;
      const wasSigned = challenge !== undefined;
      if (challenge !== undefined && ALLOCATED.includes(answer.code)) giveBack(challenge);
      else if (wasSigned && FULL.includes(answer.code)) end(true);
      else {
        if (answer.code === CHALLENGED) challenge = challengeOf(answer);
        transaction = randomBytes(TRANSACTION_BYTES);
        // Refused although it was signed: that is tried again with the next tick.
        if (!wasSigned) send();
      }
    });
    const again = setInterval(send, AGAIN_MS);
    if (signal.aborted) onAbort();
    else {
      signal.addEventListener('abort', onAbort);
      send();
    }
  });
}
