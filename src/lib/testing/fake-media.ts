import type { IceServer, MediaPathEvents, MediaPaths } from '#lib/ports/media.ts';

import { FakePath } from './fake-path.ts';
import type { FakeAir } from './fake-path.ts';

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
