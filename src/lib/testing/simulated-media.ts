import type { SeededRandom } from './seeded-random.ts';

/** The media paths of a simulation: descriptions are pairs of path and generation, and nothing is sent. */

export interface SimulatedPath {
  readonly id: number;
  readonly tell: (state: 'connected' | 'broken' | 'failed') => void;
  /** Rises with every description made, as ICE credentials change. */
  generation: number;
  remote: string;
  /** Whether any candidate of the peer's latest description was added. */
  reachable: boolean;
  /** Offers of the peer that are being answered: meanwhile no browser makes an offer of its own. */
  answering: number;
  /** The peer's offer that came last. */
  asked: string;
  closed: boolean;
  said: 'connecting' | 'connected' | 'broken' | 'failed';
}

/** What the simulation's clock does for its media. */
export type Later = (delay: number, run: () => void) => void;

/** How long one side takes to notice that the other is gone or the network broken, ms. */
const NOTICED_MS = [800, 4_000] as const;
const CONNECTING_MS = [30, 400] as const;
/** How often an ICE restart fails for no reason, 0 to 1. */
export const RESTART_FAILS = 0.05;

export class SimulatedMedia {
  readonly #random: SeededRandom;
  readonly #later: Later;
  readonly #paths = new Map<number, SimulatedPath>();
  /** Pairs of paths between which packets flow. */
  readonly #flowing = new Set<string>();
  #ids = 0;

  constructor(random: SeededRandom, later: Later) {
    this.#random = random;
    this.#later = later;
  }

  open(tell: SimulatedPath['tell']): SimulatedPath {
    const id = ++this.#ids;
    const path: SimulatedPath = {
      id,
      tell,
      generation: 0,
      remote: '',
      reachable: false,
      answering: 0,
      asked: '',
      closed: false,
      said: 'connecting',
    };
    this.#paths.set(id, path);
    return path;
  }

  close(path: SimulatedPath): void {
    if (path.closed) return;
    path.closed = true;
    this.#paths.delete(path.id);
    for (const [pair, other] of this.#others(path)) {
      this.#flowing.delete(pair);
      this.#later(this.#random.between(...NOTICED_MS), () => this.#say(other, 'broken'));
    }
  }

  /** A description of this path as it is now, for the peer. */
  describe(path: SimulatedPath): string {
    path.generation += 1;
    return `${path.id}:${path.generation}`;
  }

  /** Takes the peer's description or candidate, and connects if both sides fit. */
  connectIfMatched(path: SimulatedPath): void {
    const [id] = path.remote.split(':');
    const other = this.#paths.get(Number(id));
    if (other === undefined || other.closed || path.closed) return;
    const matched =
      path.remote === `${other.id}:${other.generation}` &&
      other.remote === `${path.id}:${path.generation}`;
    if (!matched || !path.reachable || !other.reachable) return;
    this.#later(this.#random.between(...CONNECTING_MS), () => {
      if (path.closed || other.closed) return;
      this.#flowing.add(pairOf(path, other));
      this.#say(path, 'connected');
      this.#say(other, 'connected');
    });
  }

  /** The path at the other end, if packets flow: its data channel arrives there. */
  otherEnd(path: SimulatedPath): SimulatedPath | undefined {
    for (const [, other] of this.#others(path)) return other;
    return undefined;
  }

  /** Breaks every path; some heal by themselves, the others need an ICE restart. */
  breakAll(): void {
    for (const pair of [...this.#flowing]) {
      const [a, b] = pair.split('-').map((id) => this.#paths.get(Number(id)));
      if (!a || !b) continue;
      this.#flowing.delete(pair);
      const heals = this.#random.chance(0.5);
      const healed = this.#random.between(2_000, 20_000);
      for (const path of [a, b]) {
        const noticed = this.#random.between(500, 3_000);
        this.#later(noticed, () => this.#unlessFlowing(pair, path, 'broken'));
        if (!heals) this.#later(noticed + 8_000, () => this.#unlessFlowing(pair, path, 'failed'));
      }
      if (heals) {
        this.#later(healed, () => {
          if (a.closed || b.closed) return;
          this.#flowing.add(pair);
          this.#say(a, 'connected');
          this.#say(b, 'connected');
        });
      }
    }
  }

  #unlessFlowing(pair: string, path: SimulatedPath, state: 'broken' | 'failed'): void {
    if (!this.#flowing.has(pair)) this.#say(path, state);
  }

  #say(path: SimulatedPath, state: 'connected' | 'broken' | 'failed'): void {
    if (path.closed || path.said === state) return;
    path.said = state;
    path.tell(state);
  }

  *#others(path: SimulatedPath): Generator<[string, SimulatedPath]> {
    for (const pair of [...this.#flowing]) {
      const ids = pair.split('-').map(Number);
      if (!ids.includes(path.id)) continue;
      const other = this.#paths.get(ids[0] === path.id ? (ids[1] ?? 0) : (ids[0] ?? 0));
      if (other) yield [pair, other];
    }
  }
}

const pairOf = (a: SimulatedPath, b: SimulatedPath): string =>
  a.id < b.id ? `${a.id}-${b.id}` : `${b.id}-${a.id}`;
