import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { availableParallelism } from 'node:os';
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

/** coturn has half as many threads that check credentials as there are processors, and two at the least. */
const CHECKING_THREADS = Math.max(2, Math.floor(availableParallelism() / 2));

/**
 * Whether a TURN server takes credentials over UDP before the signal and allocates, as a browser asks it to. Never
 * rejects. What it allocates is given back at once.
 *
 * Anything less would not do: a server may answer everybody and refuse every allocation. And once is not enough: each
 * of its threads that check credentials opens the database when it is first asked, and makes the tables that are
 * missing. While one does so the database is locked, and a peer that another thread checks would be refused. They are
 * asked in turn, and each answers only when it has done that.
 */
export async function turnAnswers(
  host: string,
  port: number,
  login: TurnLogin,
  signal: AbortSignal,
): Promise<boolean> {
  for (let thread = 0; thread <= CHECKING_THREADS; thread += 1) {
    if (!(await answersOnce(host, port, login, signal))) return false;
  }
  return true;
}

function answersOnce(
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
