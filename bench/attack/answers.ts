import { get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** Given up after, ms. */
const MOST_MS = 10_000;
/** Between two requests, ms. */
const REST_MS = 150;

/** How long requests for a page take until the whole answer is there, each over a connection of its own, ms. */
export async function answerTimes(url: string, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  while (times.length < count) {
    times.push(await answerTime(url));
    await wait(REST_MS);
  }
  return times;
}

/** Infinity when there is none. */
function answerTime(url: string): Promise<number> {
  const asked = performance.now();
  return new Promise((resolve) => {
    const fail = () => resolve(Infinity);
    const request = get(url, { agent: false, signal: AbortSignal.timeout(MOST_MS) }, (answer) => {
      if (answer.statusCode !== 200) fail();
      answer.on('error', fail);
      answer.on('end', () => resolve(performance.now() - asked));
      answer.resume();
    });
    request.on('error', fail);
  });
}
