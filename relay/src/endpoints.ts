import { jsonPage, textPage } from './http-entry.ts';
import type { Endpoints } from './http-entry.ts';
import type { Metrics } from './metrics.ts';

const UNAVAILABLE = textPage(503, 'not accepting reservations');

/** What the relay tells over HTTP beside the app: whether it is well, what it is, and its figures. */
export const createEndpoints = (now: {
  /** Whether it runs and has room for a reservation. */
  readonly accepts: () => boolean;
  /** How its TURN server stands. */
  readonly turn: () => string;
  /** What it says of itself to who asked for this host; `undefined` while it does not run. */
  readonly describe: (hostHeader: string | undefined) => object | undefined;
  readonly metrics: Pick<Metrics, 'contentType' | 'text'>;
}): Endpoints => ({
  '/healthz': () => (now.accepts() ? textPage(200, `ok\nturn: ${now.turn()}`) : UNAVAILABLE),
  '/relay.json': ({ headers }) => {
    const described = now.describe(headers.host);
    if (described === undefined) return UNAVAILABLE;
    return jsonPage(described, {
      'Access-Control-Allow-Origin': '*',
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'Cache-Control': 'no-cache',
    });
  },
  '/metrics': async () => ({
    status: 200,
    type: now.metrics.contentType,
    body: await now.metrics.text(),
  }),
});
