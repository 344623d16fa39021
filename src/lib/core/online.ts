import type { DeviceKey, IdentityKey, RelayAddress } from '#lib/domain/ids.ts';
import type { NetworkStatus } from '#lib/domain/reasons.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { IceServer } from '#lib/ports/media.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import type { Keys } from '#lib/ports/key-vault.ts';
import type { RelayList } from '#lib/ports/relay-list.ts';
import type { Signed } from '#lib/protocol/signed.ts';
import type { Reach } from './reach/reach-port.ts';
import type { ContactBook } from './contacts/create-contacts.ts';
import { mayCall } from './contacts/may-call.ts';
import { createFinder } from './reach/finder.ts';
import type { Finder } from './reach/finder.ts';
import type { PersonRecord } from './reach/person-records.ts';
import { createPublisher } from './presence/publisher.ts';
import { createReach } from './reach/reach.ts';
import { candidates } from './relays/wanted-relays.ts';
import { createDirectory } from './relays/directory.ts';
import type { RelayDirectory } from './relays/directory.ts';
import { followPageRelay } from './relays/page-relay.ts';
import { createRelayKeeper } from './relays/relay-keeper.ts';
import type { RelayKeeper, RelayKeeperPorts } from './relays/relay-keeper.ts';
import { rememberRelays } from './relays/remember-relays.ts';
import { createRelayVerbs } from './relays/relay-verbs.ts';
import { createTurnBook } from './ice/turn-book.ts';
import type { TurnBook } from './ice/turn-book.ts';
import type { NetworkTime } from './network-time.ts';
import { Watchers } from './watchable.ts';
import type { Watchable } from './watchable.ts';
import type { Reachability } from './relays/reachability.ts';
import type { SettingsBook } from './settings-book.ts';

export interface OnlinePorts extends Omit<RelayKeeperPorts, 'network'> {
  /** For how long something takes. */
  readonly steady: Clock;
  readonly time: NetworkTime;
  readonly network: PeerNetwork;
  readonly relayList: RelayList;
  readonly keys: Keys;
  readonly deviceList: () => Signed;
  readonly contacts: ContactBook;
  readonly settings: SettingsBook;
  /** Where this page is, for links to relays. */
  readonly origin: () => string;
  /** Whether this browser can and may dial an address. */
  readonly mayDial: (address: RelayAddress) => boolean;
  /** Whether any of these servers gives a relayed address. */
  readonly tryTurn?: (servers: readonly IceServer[], signal: AbortSignal) => Promise<boolean>;
}

/** What exists once the network node runs. */
export interface Online extends Watchable {
  readonly status: NetworkStatus;
  readonly network: PeerNetwork;
  readonly keeper: RelayKeeper;
  readonly directory: RelayDirectory;
  readonly finder: Finder;
  readonly reach: Reach;
  /** STUN and TURN servers of the relays in use, and those of the person. */
  readonly turn: TurnBook;
  /** Relays as people see and change them. */
  readonly reachability: Omit<Reachability, 'read'>;
  /** A verified record of a person came by another way than a lookup. */
  seen(person: IdentityKey, presence: PersonRecord): void;
  /** The time of the network is another than was thought: what was said in the wrong one is said again. */
  timeChanged(): void;
  /** Our clock was set: how wrong it is has to be asked again. */
  askTheTime(): void;
  stop(): Promise<void>;
}

/** Puts this person on the network: reservations, presence, finding others, and who may see our address. */
export function goOnline(ports: OnlinePorts): Online {
  const { random, log, network, contacts, settings, keys, deviceList, pageLife, relayList } = ports;
  const { clock } = ports.time;
  const { mayDial, mayMove } = ports;
  const watchers = new Watchers();

  const keeper = createRelayKeeper({ ...ports, clock: ports.steady });
  const reserved = () => keeper.reserved;
  const usable = () => keeper.usable;
  const directory = createDirectory({ clock, network });
  const turn = createTurnBook({
    clock: ports.clock,
    random,
    network,
    reserved: usable,
    chosen: () => settings.current.iceServers,
    onTime: ports.time.hear,
  });
  const onSeen = (person: IdentityKey, { devices, relays, epoch }: PersonRecord): void => {
    contacts.learn(person, { devices, relays }, epoch).catch(() => {
      log.warn('contact hints not stored');
    });
  };
  const minEpoch = (person: IdentityKey) => contacts.get(person)?.epoch ?? 0;
  const finder = createFinder({ clock, network, minEpoch, onSeen });
  const publisher = createPublisher({
    clock,
    random,
    log,
    network,
    identity: keys.identity,
    device: keys.device.publicKey,
    deviceList,
    reserved,
    hidden: () => !settings.current.sharePresence,
    mayMove,
  });

  const remembered = relayList.recall();
  const pageRelay = followPageRelay({
    ...ports,
    onChange: () => {
      if (relayList.clockOffsetMs !== undefined) ports.time.hear('page', relayList.clockOffsetMs);
      wantRelays();
      watchers.changed();
    },
  });

  const wantRelays = (): void => {
    keeper.want(
      candidates({
        page: pageRelay.addresses,
        remembered,
        directory: directory.all,
        contacts: contacts.all,
        settings: settings.current,
        mayDial,
      }),
    );
  };
  const callers = (device: DeviceKey) =>
    contacts.all.filter((contact) => mayCall(contact) && contact.hints.devices.includes(device));
  network.keepRoomFor((device) => callers(device).length > 0);
  const admitContacts = (): void => {
    network.admitDirect((device) => {
      if (settings.current.hideAddress) return false;
      return callers(device).some(({ hideAddress }) => !hideAddress);
    });
  };
  /** Whom we trust has changed, or what we show and use. */
  const onChoice = (): void => {
    admitContacts();
    wantRelays();
    publisher.refresh();
  };

  const stops = [
    keeper.watch(() => {
      publisher.refresh();
      directory.askOnce(usable());
      turn.refresh();
      rememberRelays(relayList, keeper.relays, settings.current.refusedRelays);
      if (keeper.relays.some(isLostPage)) pageRelay.lost();
      watchers.changed();
    }),
    directory.watch(wantRelays),
    turn.watch(() => {
      watchers.changed();
    }),
    settings.watch(onChoice),
    contacts.watch(onChoice),
    pageLife.onWake(() => {
      turn.refresh();
    }),
  ];
  onChoice();

  const status = (): NetworkStatus =>
    keeper.relays.length === 0 && pageRelay.searching && pageLife.online
      ? 'connecting'
      : keeper.status;
  const verbs = createRelayVerbs({
    ...ports,
    keeper,
    isNamedByOthers: (relay) =>
      candidates({
        page: pageRelay.addresses,
        remembered,
        directory: directory.all,
        contacts: contacts.all,
        settings: { ...settings.current, relays: [], refusedRelays: [] },
        mayDial,
      }).some(({ id }) => id === relay),
  });

  return {
    network,
    keeper,
    directory,
    finder,
    turn,
    watch: watchers.watch,
    get status() {
      return status();
    },
    reach: createReach({
      clock: ports.clock,
      network,
      finder,
      usable,
      watchUsable: keeper.watch,
      hintsOf: (person) => contacts.get(person)?.hints,
      spares: () =>
        keeper.relays.filter(({ state }) => state === 'spare').map(({ address }) => address),
    }),
    reachability: {
      ...verbs,
      watch: watchers.watch,
      get status() {
        return status();
      },
      get relays() {
        return keeper.relays;
      },
      retry: keeper.retry,
      ofServer(host) {
        const relay = turn.relayOf(host);
        return relay === undefined ? undefined : keeper.viewOf(relay);
      },
    },
    seen(person, presence) {
      finder.learn(person, presence);
      onSeen(person, presence);
    },
    timeChanged() {
      publisher.renew();
      directory.askAgain(reserved());
    },
    askTheTime() {
      pageRelay.ask();
      turn.askAnew();
    },
    async stop() {
      for (const stop of stops) stop();
      pageRelay.stop();
      directory.stop();
      turn.stop();
      await publisher.stop();
      keeper.stop();
      await network.stop();
    },
  };
}

const isLostPage = ({ origin, state }: Reachability['relays'][number]): boolean =>
  origin === 'page' && state === 'unreachable';
