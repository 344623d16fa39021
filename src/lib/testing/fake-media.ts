import type { IceServer, MediaPathEvents, MediaPaths } from '#lib/ports/media.ts';

import { FakePath } from './fake-path.ts';

/** The paths of all devices of a test: two connect once each has the other's description and one a candidate. */
export class FakeAir {
  readonly #paths: FakePath[] = [];

  add(path: FakePath): number {
    return this.#paths.push(path);
  }

  /** The path at the other end, once both have each other's latest description. */
  otherEnd(path: FakePath): FakePath | undefined {
    return this.#paths.find(
      (other) =>
        !other.closed && other.remote === path.description && path.remote === other.description,
    );
  }
}

/** Connections that exist in the memory of a test only. */
export class FakeMediaPaths implements MediaPaths {
  supported = true;
  /** Every path that was ever opened, in order. */
  readonly opened: FakePath[] = [];
  /** Every time a connection was made ready: its policy. */
  readonly prepared: ('all' | 'relay')[] = [];
  /** How often what was ready was thrown away. */
  forgotten = 0;
  /** Whether paths come with their offers made. */
  ready = false;
  /** {@link FakePath.gathering} of paths that are opened from now on. */
  gathering: Promise<void> = Promise.resolve();
  readonly #air: FakeAir;

  constructor(air: FakeAir) {
    this.#air = air;
  }

  prepare(policy: 'all' | 'relay'): void {
    this.prepared.push(policy);
  }

  forget(): void {
    this.forgotten += 1;
  }

  open(
    policy: 'all' | 'relay',
    servers: readonly IceServer[],
    side: 'offers' | 'answers',
    events: MediaPathEvents,
  ): FakePath {
    const path = new FakePath(this.#air, policy, servers, events);
    path.gathering = this.gathering;
    this.opened.push(path);
    if (this.ready && side === 'offers') path.makeReady();
    return path;
  }

  /** The path opened last. */
  get last(): FakePath {
    const path = this.opened.at(-1);
    if (path === undefined) throw new Error('no path was opened');
    return path;
  }
}
