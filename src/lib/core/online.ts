import type { IdentityKey } from '#lib/domain/ids.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import type { Keys } from '#lib/ports/key-vault.ts';
import type { RelayList } from '#lib/ports/relay-list.ts';
import type { Signed } from '#lib/protocol/signed.ts';
import type { Reach } from './call/reach-port.ts';
import type { ContactBook } from './contacts/contacts.ts';
import { createFinder } from './presence/finder.ts';
import { createPublisher } from './presence/publisher.ts';
import { createReach } from './presence/reach.ts';
import { backoff } from './reachability/backoff.ts';
import { createRelayKeeper } from './reachability/relay-keeper.ts';
import type { RelayKeeper, RelayKeeperPorts } from './reachability/relay-keeper.ts';
import type { SettingsBook } from './woxly.ts';

/** Waits between attempts to learn the page's own relay. */
const RELAY_LIST_BACKOFF = { first: 1_000, longest: 30_000 };

export interface OnlinePorts extends RelayKeeperPorts {
  readonly relayList: RelayList;
  readonly keys: Keys;
  readonly deviceList: () => Signed;
  readonly contacts: ContactBook;
  readonly settings: SettingsBook;
}

/** What exists once the network node runs. */
export interface Online {
  readonly network: PeerNetwork;
  readonly keeper: RelayKeeper;
  readonly reach: Reach;
  stop(): Promise<void>;
}

/** Puts this person on the network: reservations, presence, finding others, and who may see our address. */
export function goOnline(ports: OnlinePorts): Online {
  const { clock, random, log, network, contacts, settings, keys, deviceList, pageLife } = ports;
  const keeper = createRelayKeeper(ports);
  const reserved = () => keeper.reserved;
  const finder = createFinder({
    clock,
    network,
    minEpoch: (person: IdentityKey) => contacts.get(person)?.epoch ?? 0,
    onSeen: (person, { devices, relays, epoch }) => {
      contacts.learn(person, { devices, relays }, epoch).catch(() => {
        log.warn('contact hints not stored');
      });
    },
  });
  const publisher = createPublisher({
    clock,
    random,
    log,
    network,
    identity: keys.identity,
    deviceList,
    reserved,
  });

  network.admitDirect((device) => {
    if (settings.current.hideAddress) return false;
    return contacts.all.some(
      ({ trust, hideAddress, hints }) =>
        trust !== 'blocked' && !hideAddress && hints.devices.includes(device),
    );
  });

  let stopped = false;
  let cancelRetry = (): void => undefined;
  const takeInRelays = (): void => {
    for (const relay of settings.current.relays) keeper.add(relay, 'own');
    for (const { trust, hints } of contacts.all) {
      if (trust !== 'blocked') for (const relay of hints.relays) keeper.add(relay, 'invite');
    }
  };
  const learnPageRelay = async (failures: number): Promise<void> => {
    cancelRetry();
    try {
      const [best] = await ports.relayList.load();
      if (best !== undefined && !stopped) keeper.add(best, 'page');
    } catch {
      const wait = backoff(failures + 1, RELAY_LIST_BACKOFF, random);
      if (!stopped) cancelRetry = clock.after(wait, () => void learnPageRelay(failures + 1));
    }
  };

  const stops = [
    keeper.watch(() => {
      publisher.refresh();
    }),
    settings.watch(takeInRelays),
    contacts.watch(takeInRelays),
    pageLife.onWake(() => {
      if (!keeper.relays.some(({ origin }) => origin === 'page')) void learnPageRelay(0);
    }),
  ];
  // The page's relay first: it is the one that others look at.
  void learnPageRelay(0).then(takeInRelays);

  return {
    network,
    keeper,
    reach: createReach({ clock, network, finder, reserved }),
    async stop() {
      stopped = true;
      cancelRetry();
      for (const stop of stops) stop();
      publisher.stop();
      keeper.stop();
      await network.stop();
    },
  };
}
