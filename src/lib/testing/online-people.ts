import { createScope } from '#lib/domain/scope.ts';
import type { Scope } from '#lib/domain/scope.ts';
import { deviceKeyOf } from '#lib/protocol/key-text.ts';
import { createContacts } from '#lib/core/contacts/create-contacts.ts';
import { createNetworkTime } from '#lib/core/network-time.ts';
import type { NetworkTime } from '#lib/core/network-time.ts';
import { goOnline } from '#lib/core/online.ts';
import type { Online } from '#lib/core/online.ts';
import { createSettingsBook } from '#lib/core/settings-book.ts';
import type { SettingsBook } from '#lib/core/settings-book.ts';
import { signDeviceList } from '#lib/protocol/device-list.ts';
import { openPresence, presenceDay } from '#lib/protocol/presence-record.ts';
import type { PresenceRecord } from '#lib/protocol/presence-record.ts';
import { FakeClock, TEST_EPOCH, until } from './fake-clock.ts';
import { FakePageLife } from './fake-page-life.ts';
import { MemoryNetwork } from './memory-network.ts';
import { MemoryRelayList } from './memory-relay-list.ts';
import { memoryStores } from './memory-stores.ts';
import { presenceRelays, recordsAt } from './presence-relays.ts';
import type { PresenceRelay } from './presence-relays.ts';
import { SeededRandom } from './seeded-random.ts';
import { signerNumber } from './signers.ts';

/** A network of ten relays, the first of which serves the page. */
export interface OnlineWorld {
  readonly clock: FakeClock;
  readonly network: MemoryNetwork;
  readonly relays: readonly PresenceRelay[];
}

const RELAYS = 10;

export async function onlineWorld(now = TEST_EPOCH): Promise<OnlineWorld> {
  const network = new MemoryNetwork();
  return { clock: new FakeClock(now), network, relays: await presenceRelays(network, RELAYS) };
}

export interface Alice {
  /** It ends with everything that this Alice started. */
  readonly scope: Scope;
  readonly online: Online;
  readonly time: NetworkTime;
  readonly settings: SettingsBook;
  readonly relayList: MemoryRelayList;
  /** What she published, the oldest first, as a clock that is right opens it. */
  records(): Promise<readonly PresenceRecord[]>;
}

/** Somebody whose page was served by the first relay, unless another list of relays is given. */
export async function goAlice(
  { clock, network, relays }: OnlineWorld,
  seed = 1,
  relayList = new MemoryRelayList(...relays.slice(0, 1).map(({ address }) => address)),
): Promise<Alice> {
  const [identity, device] = await Promise.all([signerNumber(1), signerNumber(2)]);
  const stores = memoryStores();
  const settings = await createSettingsBook(stores);
  const list = await signDeviceList(identity, { epoch: 1, certificates: [] });
  const time = createNetworkTime(clock);
  const scope = createScope();
  const node = network.join(deviceKeyOf(device.publicKey));
  scope.add(() => node.stop());
  const online = goOnline({
    scope,
    clock,
    steady: clock,
    time,
    random: new SeededRandom(seed),
    log: { info: () => undefined, warn: () => undefined },
    network: node,
    pageLife: new FakePageLife(),
    relayList,
    mayDial: () => true,
    mayMove: () => true,
    isHurried: () => false,
    keys: { identity, device },
    deviceList: () => list,
    contacts: await createContacts({ stores, clock, ownKey: () => undefined }),
    settings,
    origin: () => 'https://woxly.example',
  });
  const records = async () => {
    const day = presenceDay(TEST_EPOCH);
    const opened = recordsAt(relays).map((envelope) =>
      openPresence(envelope, identity.publicKey, day, TEST_EPOCH),
    );
    const own = (await Promise.all(opened)).filter((record) => record !== undefined);
    // One record reaches several relays.
    return own.filter(
      ({ sequence }, place) => own.findIndex((one) => one.sequence === sequence) === place,
    );
  };
  time.watch(() => {
    online.timeChanged();
  });
  return { scope, online, time, settings, relayList, records };
}

export const reservations = (online: Online, count: number): Promise<void> =>
  until(() => online.keeper.reserved.length === count, `${count} reservations`);
