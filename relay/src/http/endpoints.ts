import type { IncomingMessage } from 'node:http';
import type { ClockState } from '../presence/clock-doubt.ts';
import { jsonPage, textPage } from './http-entry.ts';
import type { Endpoints } from './http-entry.ts';
import type { Metrics } from './metrics.ts';
import { onceASecond } from './once-a-second.ts';

const UNAVAILABLE = textPage(503, 'not accepting reservations');
const WRONG_CLOCK = textPage(
  503,
  'the clock of this relay is wrong, so that it drops all presence',
);
const NOT_FOR_ALL = textPage(403, 'Only from this machine and private networks; see --metrics');

/** What a running relay says of itself. */
export interface Description {
  /** Its own host that a header names, or an empty text. */
  hostOf(hostHeader: string | undefined): string;
  /** What it says to who asked for this host of its own. */
  to(ownHost: string): object;
}

/** What the relay tells over HTTP beside the app: whether it is well, what it is, and its figures. */
export function createEndpoints(
  init: {
    /** Whether it runs and has room for a reservation. */
    readonly accepts: () => boolean;
    /** How its own clock stands to those of its peers. */
    readonly clock: () => ClockState;
    /** How its TURN server stands. */
    readonly turn: () => string;
    /** What it says of itself; `undefined` while it does not run. */
    readonly description: () => Description | undefined;
    readonly metrics: Pick<Metrics, 'contentType' | 'text'>;
    readonly mayReadMetrics: (request: IncomingMessage) => boolean;
  },
  /** A clock that never goes back, ms. */
  now: () => number,
): Endpoints {
  const described = onceASecond(
    (host: string) =>
      jsonPage(init.description()?.to(host), {
        'Access-Control-Allow-Origin': '*',
        'Cross-Origin-Resource-Policy': 'cross-origin',
        'Cache-Control': 'no-cache',
      }),
    now,
  );
  const figures = onceASecond(() => init.metrics.text(), now);
  return {
    '/healthz'() {
      const clock = init.clock();
      if (clock === 'wrong') return WRONG_CLOCK;
      if (!init.accepts()) return UNAVAILABLE;
      const doubt = clock === 'doubtful' ? '\nclock: doubtful' : '';
      return textPage(200, `ok\nturn: ${init.turn()}${doubt}`);
    },
    '/relay.json': ({ headers }) => {
      const description = init.description();
      return description === undefined ? UNAVAILABLE : described(description.hostOf(headers.host));
    },
    '/metrics': async (request) =>
      init.mayReadMetrics(request)
        ? { status: 200, type: init.metrics.contentType, body: await figures(undefined) }
        : NOT_FOR_ALL,
  };
}
