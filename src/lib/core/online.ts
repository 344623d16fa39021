import type { IdentityKey } from '#lib/domain/ids.ts';
import type { NetworkStatus } from '#lib/domain/reasons.ts';
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
import { Watchers } from './watchable.ts';
import type { Watchable } from './watchable.ts';
import type { SettingsBook } from './woxly.ts';

/** Waits between attempts to learn the page's own relay. */
const RELAY_LIST_BACKOFF = { first: 1_000, longest: 30_000 };
/** The page's relay is asked for again after the wait that follows this many failures. */
const RELEARN_AFTER_FAILURES = 4;

export interface OnlinePorts extends RelayKeeperPorts {
  readonly network: PeerNetwork;
  readonly relayList: RelayList;
  readonly keys: Keys;
  readonly deviceList: () => Signed;
  readonly contacts: ContactBook;
  readonly settings: SettingsBook;
}

/** What exists once the network node runs. */
export interface Online extends Watchable {
  readonly status: NetworkStatus;
  readonly network: PeerNetwork;
  readonly keeper: RelayKeeper;
  readonly reach: Reach;
  stop(): Promise<void>;
}

/** Puts this person on the network: reservations, presence, finding others, and who may see our address. */
export function goOnline(ports: OnlinePorts): Online {
  const { clock, random, log, network, contacts, settings, keys, deviceList, pageLife } = ports;
  const watchers = new Watchers();
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

  const admitContacts = (): void => {
    network.admitDirect((device) => {
      if (settings.current.hideAddress) return false;
      return contacts.all.some(
        ({ trust, hideAddress, hints }) =>
          trust !== 'blocked' && !hideAddress && hints.devices.includes(device),
      );
    });
  };

  let stopped = false;
  let cancelLearning = (): void => undefined;
  let pageRelay: readonly string[] = [];
  let searching = true;
  let learning = false;

  /** The page's relay and one's own before those of contacts: nobody's invite takes their place. */
  const wantRelays = (): void => {
    const own = settings.current.relays.map((relay) => ({
      addresses: [relay],
      origin: 'own' as const,
    }));
    // Whom we hide our address from does not name relays that get to see it.
    const invited = contacts.all
      .filter(({ trust, hideAddress }) => trust !== 'blocked' && !hideAddress)
      .flatMap(({ hints }) => hints.relays)
      .map((relay) => ({ addresses: [relay], origin: 'invite' as const }));
    const page = pageRelay.length > 0 ? [{ addresses: pageRelay, origin: 'page' as const }] : [];
    keeper.want([...page, ...own, ...invited]);
  };
  const learnPageRelay = async (failures: number): Promise<void> => {
    cancelLearning();
    cancelLearning = () => undefined;
    try {
      pageRelay = await ports.relayList.load();
      searching = false;
      if (!stopped) wantRelays();
    } catch {
      searching = false;
      if (!stopped) learnLater(failures + 1);
    }
    learning = false;
    onStatus();
  };
  const learnLater = (failures: number): void => {
    const wait = backoff(failures, RELAY_LIST_BACKOFF, random);
    cancelLearning = clock.after(wait, () => void learnPageRelay(failures));
  };
  /** A relay that comes back with another key or port names itself anew. */
  const learnAgainIfLost = (): void => {
    const page = keeper.relays.find(({ origin }) => origin === 'page');
    const lost = page?.state === 'unreachable';
    if (lost && !learning) {
      learning = true;
      learnLater(RELEARN_AFTER_FAILURES);
    }
  };
  const onStatus = (): void => {
    watchers.changed();
  };

  /** Whom we trust has changed, or what we show. */
  const onChoice = (): void => {
    admitContacts();
    wantRelays();
  };

  const stops = [
    keeper.watch(() => {
      publisher.refresh();
      learnAgainIfLost();
      onStatus();
    }),
    settings.watch(onChoice),
    contacts.watch(onChoice),
    pageLife.onWake(() => {
      if (pageRelay.length === 0) void learnPageRelay(0);
    }),
  ];
  onChoice();
  void learnPageRelay(0);

  return {
    network,
    keeper,
    watch: watchers.watch,
    get status() {
      return keeper.relays.length === 0 && searching && pageLife.online
        ? 'connecting'
        : keeper.status;
    },
    reach: createReach({ clock, network, finder, reserved }),
    async stop() {
      stopped = true;
      cancelLearning();
      for (const stop of stops) stop();
      publisher.stop();
      keeper.stop();
      await network.stop();
    },
  };
}
