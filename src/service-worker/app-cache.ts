import { APP_PAGE, fetchedAs, isPageOf } from './cache-plan.ts';

/** The part of a `Cache` that is needed here. */
export interface FileCache {
  match(path: string): Promise<Response | undefined>;
  put(path: string, response: Response): Promise<void>;
}

interface AppCacheInit {
  /** Opens the cache of this version; rejects where storage is refused or broken. */
  readonly open: () => Promise<FileCache>;
  /** Paths of everything that belongs to this version. */
  readonly paths: ReadonlySet<string>;
  readonly fetch: (request: Request | string, init?: RequestInit) => Promise<Response>;
}

/** The files of this version of the app, kept so that it opens with no network. */
export class AppCache {
  readonly #init: AppCacheInit;
  #mending: Promise<void> | undefined;

  constructor(init: AppCacheInit) {
    this.#init = init;
  }

  /** Fetches everything, or rejects: half an app is none. */
  async fill(): Promise<void> {
    const cache = await this.#init.open();
    await Promise.all([...this.#init.paths].map((path) => this.#fetchInto(cache, path)));
  }

  /**
   * Fetches what is missing: a browser that is short of space throws files away, and nobody else would bring them
   * back before the next version. What cannot be had stays missing.
   */
  mend(): Promise<void> {
    this.#mending ??= this.#fetchMissing().finally(() => (this.#mending = undefined));
    return this.#mending;
  }

  /**
   * The file at `path`: the kept one, else what the network says to `request`.
   *
   * @param later keeps the worker alive until what was missing is kept again
   */
  async answer(
    path: string,
    request: Request,
    later: (work: Promise<void>) => void,
  ): Promise<Response> {
    const kept = await this.#kept(path);
    if (kept !== undefined) return kept;
    const response = await this.#init.fetch(request);
    later(this.#keep(path, response.clone()).then(() => this.mend()));
    return response;
  }

  async #fetchMissing(): Promise<void> {
    try {
      const cache = await this.#init.open();
      for (const path of this.#init.paths) {
        // One at a time: this is never urgent. A file of a version that the server no longer has cannot be had.
        if ((await cache.match(path)) === undefined)
          await this.#fetchInto(cache, path).catch(() => undefined);
      }
    } catch {
      // No cache: the network answers, as long as there is one.
    }
  }

  async #kept(path: string): Promise<Response | undefined> {
    try {
      return await (await this.#init.open()).match(path);
    } catch {
      return undefined;
    }
  }

  async #keep(path: string, response: Response): Promise<void> {
    try {
      await this.#put(await this.#init.open(), path, response);
    } catch {
      // No room, or no answer of this version.
    }
  }

  async #fetchInto(cache: FileCache, path: string): Promise<void> {
    await this.#put(cache, path, await this.#init.fetch(path, { cache: fetchedAs(path) }));
  }

  /** @throws when the answer is not that file of this version */
  async #put(cache: FileCache, path: string, response: Response): Promise<void> {
    // A redirected answer must not be given to a navigation.
    if (!response.ok || response.redirected) throw new Error(`${path}: ${response.status}`);
    if (path === APP_PAGE && !isPageOf(await response.clone().text(), this.#init.paths))
      throw new Error('The page is of another version.');
    await cache.put(path, response);
  }
}
