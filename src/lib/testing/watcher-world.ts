import { createScope } from '#lib/domain/scope.ts';
import { createPresenceWatcher } from '#lib/core/presence/watcher.ts';
import type { Presences } from '#lib/core/presence/presences.ts';
import { Watchers } from '#lib/core/watchable.ts';
import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import type { Contact, Presence } from '#lib/domain/contact.ts';
import type { IdentityKey, RelayAddress } from '#lib/domain/ids.ts';
import { deviceKeyOf } from '#lib/protocol/key-text.ts';
import { FakeClock, until } from './fake-clock.ts';
import { contactOf } from './fake-people.ts';
import { MemoryNetwork } from './memory-network.ts';
import { MemoryWatch } from './memory-watch.ts';
import { presencePerson } from './presence-people.ts';
import { SeededRandom } from './seeded-random.ts';

const deviceNumber = (number: number) => deviceKeyOf(new Uint8Array(32).fill(number));
const relayNumber = (number: number): RelayAddress =>
  `/dns4/r${number}.example/tcp/443/wss/p2p/${deviceNumber(number)}` as RelayAddress;

export const [R1, R2] = [relayNumber(91), relayNumber(92)];
export const bob = await presencePerson(2, [R1]);
export const carol = await presencePerson(4, [R1]);
export const mallory = await presencePerson(6, [R1]);

class People extends Watchers {
  all: readonly Contact[] = [];

  set(all: readonly Contact[]): void {
    this.all = all;
    this.changed();
  }
}

class Choices extends Watchers {
  current = DEFAULT_SETTINGS;

  share(sharePresence: boolean): void {
    this.current = { ...this.current, sharePresence };
    this.changed();
  }
}

/** Somebody who watches their contacts Bob and Carol through the relay R1. */
export class WatcherWorld {
  readonly clock = new FakeClock();
  readonly contacts = new People();
  readonly settings = new Choices();
  readonly network = new MemoryNetwork();
  readonly relay = this.network.relay(R1);
  readonly watch = new MemoryWatch(this.relay);
  reserved = [R1];
  reservedChanged = (): void => undefined;
  /** The newest device list of everybody that was accepted before. */
  epoch = 0;
  readonly learned: { person: IdentityKey; relays: readonly RelayAddress[] }[] = [];
  readonly there: [IdentityKey, number][] = [];
  changes = 0;
  readonly scope = createScope();
  #watcher: Presences | undefined;

  constructor() {
    this.people(contactOf(bob.key, 'Bob'), contactOf(carol.key, 'Carol'));
  }

  get watcher(): Presences {
    if (this.#watcher === undefined) throw new Error('not started');
    return this.#watcher;
  }

  of(person = bob): Presence {
    return this.watcher.of(person.key);
  }

  news(state: Presence['state'], person = bob): Promise<void> {
    return until(
      () => this.of(person).state === state,
      `${state} (it is ${this.of(person).state})`,
    );
  }

  people(...contacts: Contact[]): void {
    this.contacts.set(contacts);
  }

  start(): void {
    this.#watcher = createPresenceWatcher({
      clock: this.clock,
      random: new SeededRandom(1),
      log: { info: () => undefined, warn: () => undefined },
      network: this.network.join(deviceNumber(1)),
      reserved: () => this.reserved,
      watchReserved: (onChange) => {
        this.reservedChanged = onChange;
        return () => (this.reservedChanged = () => undefined);
      },
      contacts: this.contacts,
      settings: this.settings,
      minEpoch: () => this.epoch,
      onSeen: (person, { relays }) => void this.learned.push({ person, relays }),
      onThere: (person, at) => void this.there.push([person, at]),
      scope: this.scope,
    });
    this.#watcher.watch(() => (this.changes += 1));
  }

  /** Started, and past what relays had before: what comes now is news. */
  async watching(): Promise<void> {
    this.start();
    await until(() => this.watch.requests.length > 0, 'a request');
    await this.clock.advance(20_000);
  }

  /** Everything pushed so far has been looked at: somebody else's record came after it. */
  async allLookedAt(): Promise<void> {
    this.watch.push({ records: [await carol.record({ issued: this.clock.now() })], left: [] });
    await this.news('online', carol);
  }

  /** @throws when it leaves a timer behind. */
  end(): void {
    void this.scope.stop();
    if (this.clock.waiting > 0) throw new Error(`${this.clock.waiting} timers are left`);
  }
}
