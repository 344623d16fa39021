/** What the worker does with a request. */
export type CachePlan =
  /** Not ours: the browser does as without a worker. */
  | 'leave'
  /** A file of this version of the app: from the cache, and from the network only if it is not there. */
  | 'cached'
  /** A page: the app's one page, of this version, so that page and files always fit each other. */
  | 'page';

/** The one page of the app; every address inside it is answered with it. */
export const APP_PAGE = '/';

/** Answers of the relay that served the page: true only at the moment they are asked for. */
const LIVE = new Set(['/healthz', '/relay.json', '/metrics']);

interface Asked {
  readonly method: string;
  /** `navigate` for pages. */
  readonly mode: string;
  readonly url: URL;
}

/** @param precached paths of the files that belong to this version */
export function planFor(asked: Asked, origin: string, precached: ReadonlySet<string>): CachePlan {
  if (asked.method !== 'GET' || asked.url.origin !== origin) return 'leave';
  if (LIVE.has(asked.url.pathname)) return 'leave';
  if (precached.has(asked.url.pathname)) return 'cached';
  return asked.mode === 'navigate' ? 'page' : 'leave';
}

const CACHE_PREFIX = 'woxly-';

export const cacheName = (version: string): string => `${CACHE_PREFIX}${version}`;

/** Caches of other versions of this app; what others keep at the same origin is not touched. */
export function staleCaches(names: readonly string[], version: string): readonly string[] {
  return names.filter((name) => name.startsWith(CACHE_PREFIX) && name !== cacheName(version));
}

/** Files that only stores, search engines and the system look at, when the app is installed: not needed offline. */
const NOT_PRECACHED = [
  '/screenshots/',
  '/robots.txt',
  '/icons/icon-',
  '/icons/apple-touch-icon.png',
];

/** What is put into the cache before the worker takes over: everything the app needs with no network. */
export function precacheList(
  build: readonly string[],
  files: readonly string[],
): readonly string[] {
  const wanted = files.filter((file) => !NOT_PRECACHED.some((skip) => file.startsWith(skip)));
  return [APP_PAGE, ...build, ...wanted];
}

/** Where the build puts files that have a hash of themselves in their name. */
const HASHED = '/_app/immutable/';

/**
 * How a file is asked for that goes into the cache. One with a hash in its name is the same for ever, and most of
 * them came with the page a moment ago; any other could be one of the version before, so the server is asked.
 */
export function fetchedAs(path: string): RequestCache {
  return path.startsWith(HASHED) ? 'default' : 'no-cache';
}

/** Whether the app's page asks only for files of this version: one of another would not open with ours. */
export function isPageOf(html: string, precached: ReadonlySet<string>): boolean {
  const asked = html.match(/\/_app\/immutable\/[\w./-]+/g) ?? [];
  return asked.length > 0 && asked.every((path) => precached.has(path));
}
