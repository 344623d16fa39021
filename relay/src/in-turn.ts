import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PIPELINED_REQUESTS_MAX } from './limits/limits.ts';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Resolves when the last byte of an answer has been handed to the system, or nobody is there to read it. */
const sent = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    if (response.closed) resolve();
    else response.once('close', () => resolve());
  });

/**
 * Answers the requests of a connection one after the other: the next answer is made when the one before has left this
 * process. Node would make them all as the requests come in, and whoever sends thousands at once and reads nothing has
 * it keep thousands of answers. Browsers and proxies send the next request after the answer, so that little may wait.
 */
export function inTurn(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  /** A connection was cut because too many waited. */
  onCut: (request: IncomingMessage) => void,
): RequestListener {
  const lines = new WeakMap<Socket, Exchange[]>();

  const work = async (socket: Socket, line: Exchange[]): Promise<void> => {
    for (let next = line[0]; next !== undefined && !socket.destroyed; next = line[0]) {
      await answer(next.request, next.response);
      await sent(next.response);
      line.shift();
    }
  };

  return (request, response) => {
    const { socket } = request;
    // What came in the same packets after the connection was cut.
    if (socket.destroyed) return;
    const line = lines.get(socket) ?? [];
    lines.set(socket, line);
    if (line.length > PIPELINED_REQUESTS_MAX) {
      line.length = 0;
      socket.destroy();
      onCut(request);
      return;
    }
    line.push({ request, response });
    if (line.length === 1) void work(socket, line);
  };
}
