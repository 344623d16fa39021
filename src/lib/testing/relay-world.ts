import { createScope } from '#lib/domain/scope.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import { createRelayKeeper } from '#lib/core/relays/relay-keeper.ts';
import type { RelayKeeper } from '#lib/core/relays/relay-keeper.ts';
import type { WantedRelay } from '#lib/core/relays/wanted-relays.ts';
import { networkOf } from '#lib/core/relays/network-of.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import type { NetworkFailure, Reservation } from '#lib/ports/peer-network.ts';
import { FakePageLife } from './fake-page-life.ts';
import { HandClock } from './hand-clock.ts';

/** The address of a relay by a short name. */
export const relay = (id: string): RelayAddress =>
  `/dns4/${id.toLowerCase()}.example/tcp/443/wss/p2p/${id}` as RelayAddress;
export const [A, B, C, D, E] = ['A', 'B', 'C', 'D', 'E'].map(relay) as [
  RelayAddress,
  RelayAddress,
  RelayAddress,
  RelayAddress,
  RelayAddress,
];

type Wanted = (...addresses: [RelayAddress, ...RelayAddress[]]) => WantedRelay;
const wanted =
  (origin: WantedRelay['origin']): Wanted =>
  (...addresses) => ({
    id: relayIdOf(addresses[0]),
    addresses,
    origin,
    tier: origin,
    operators: [networkOf(addresses[0])],
  });
export const page = wanted('page');
export const own = wanted('own');
export const directory = wanted('directory');
export const invite = wanted('invite');

/** A world with one hand-turned clock, and relays that are up, down or full. */
export class RelayWorld {
  dialled: string[] = [];
  relays = new Map<RelayAddress, NetworkFailure | 'up' | 'stuck'>();
  held = new Map<string, AbortController>();
  released: string[] = [];
  silent = false;
  mayMove = true;
  isHurried = false;
  /** Round trips, ms. */
  far = new Map<string, number>();
  readonly scope = createScope();
  readonly #clock = new HandClock();
  readonly #page = new FakePageLife();

  get now() {
    return this.#clock.now();
  }

  get timers() {
    return this.#clock.timers;
  }

  advance(ms: number): void {
    this.#clock.advance(ms);
  }

  set online(online: boolean) {
    this.#page.online = online;
  }

  /** The page is seen again. */
  wake(): void {
    this.#page.show(true);
  }

  keeper(): RelayKeeper {
    const reserve = (relay: RelayAddress, signal: AbortSignal): Promise<Reservation> => {
      this.dialled.push(relay);
      const state = this.relays.get(relay) ?? 'unreachable';
      if (state === 'stuck') {
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(new WoxlyError('aborted'));
          });
        });
      }
      if (state !== 'up') return Promise.reject(new WoxlyError(state));
      const lost = new AbortController();
      this.held.set(relay, lost);
      return Promise.resolve({ relay, lost: lost.signal });
    };
    return createRelayKeeper({
      clock: this.#clock,
      random: { bytes: (length) => new Uint8Array(length), unit: () => 0.5 },
      log: { info: () => undefined, warn: () => undefined },
      network: {
        reserve,
        probe: (address, signal) =>
          new Promise((answer, fail) => {
            if (!this.silent) answer(this.far.get(address) ?? 10);
            signal.addEventListener('abort', () => {
              this.held.get(address)?.abort();
              fail(new WoxlyError('unreachable'));
            });
          }),
        release: (address) => {
          this.released.push(address);
          this.held.get(address)?.abort();
        },
      },
      pageLife: this.#page,
      scope: this.scope,
      mayMove: () => this.mayMove,
      isHurried: () => this.isHurried,
    });
  }
}
