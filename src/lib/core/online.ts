import type { DeviceKey, IdentityKey, RelayAddress, RelayId } from '#lib/domain/ids.ts';
import type { NetworkStatus } from '#lib/domain/reasons.ts';
import type { Settings } from '#lib/domain/settings.ts';
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
import type { PageRelay } from './relays/page-relay.ts';
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
}

/** Puts this person on the network: reservations, presence, finding others, and who may see our address. */
export function goOnline(ports: OnlinePorts): Online {
  const { network, contacts } = ports;
  const watchers = new Watchers();
  const learn = learner(ports);
  const parts = startParts(ports, learn);
  const { keeper, directory, finder, turn, publisher } = parts;
  const wish = followWishes(ports, parts, watchers);
  followChoices(ports, parts, wish);
  followRelays(ports, parts, wish, watchers);

  const status = (): NetworkStatus =>
    keeper.relays.length === 0 && wish.pageRelay.searching && ports.pageLife.online
      ? 'connecting'
      : keeper.status;
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
      usable: () => keeper.usable,
      watchUsable: keeper.watch,
      known: contacts.get,
      spares: () =>
        keeper.relays.filter(({ state }) => state === 'spare').map(({ address }) => address),
    }),
    reachability: {
      ...createRelayVerbs({ ...ports, keeper, isNamedByOthers: wish.isNamedByOthers }),
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
      learn(person, presence);
    },
    timeChanged() {
      publisher.renew();
      directory.askAgain(keeper.reserved);
    },
    askTheTime() {
      wish.pageRelay.ask();
      turn.askAnew();
    },
  };
}

type Learn = (person: IdentityKey, record: PersonRecord) => void;

/** Remembers where contacts are. */
function learner({ contacts, log }: OnlinePorts): Learn {
  return (person, { devices, relays, epoch }) => {
    contacts.learn(person, { devices, relays }, epoch).catch(() => {
      log.warn('contact hints not stored');
    });
  };
}

type Parts = ReturnType<typeof startParts>;

function startParts(ports: OnlinePorts, onSeen: Learn) {
  const { scope, random, log, network, contacts, settings, keys, deviceList, mayMove } = ports;
  const { clock } = ports.time;
  const keeper = createRelayKeeper({ ...ports, clock: ports.steady });
  const directory = createDirectory({ clock, network, scope });
  const turn = createTurnBook({
    clock: ports.clock,
    random,
    network,
    reserved: () => keeper.usable,
    chosen: () => settings.current.iceServers,
    onTime: ports.time.hear,
    scope,
  });
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
    reserved: () => keeper.reserved,
    hidden: () => !settings.current.sharePresence,
    mayMove,
    scope,
  });
  return { keeper, directory, turn, finder, publisher };
}

/** Which relays there may be. */
interface Wish {
  readonly pageRelay: PageRelay;
  /** Tells the keeper. */
  want(): void;
  /** Whether anybody but the person names this relay. */
  readonly isNamedByOthers: (relay: RelayId) => boolean;
}

function followWishes(ports: OnlinePorts, { keeper, directory }: Parts, changes: Watchers): Wish {
  const { relayList, contacts, settings, time, mayDial } = ports;
  const remembered = relayList.recall();
  const all = (chosen: Settings) =>
    candidates({
      page: pageRelay.addresses,
      remembered,
      directory: directory.all,
      contacts: contacts.all,
      settings: chosen,
      mayDial,
    });
  const want = (): void => {
    keeper.want(all(settings.current));
  };
  const pageRelay = followPageRelay({
    ...ports,
    onChange: () => {
      if (relayList.clockOffsetMs !== undefined) time.hear('page', relayList.clockOffsetMs);
      want();
      changes.changed();
    },
  });
  return {
    pageRelay,
    want,
    isNamedByOthers: (relay) =>
      all({ ...settings.current, relays: [], refusedRelays: [] }).some(({ id }) => id === relay),
  };
}

/** Whom we trust, and what we show and use: at the start, and whenever that changes. */
function followChoices(
  { scope, network, contacts, settings }: OnlinePorts,
  { publisher }: Parts,
  wish: Wish,
): void {
  const callers = (device: DeviceKey) =>
    contacts.all.filter((contact) => mayCall(contact) && contact.hints.devices.includes(device));
  network.keepRoomFor((device) => callers(device).length > 0);
  const onChoice = (): void => {
    network.admitDirect((device) => {
      if (settings.current.hideAddress) return false;
      return callers(device).some(({ hideAddress }) => !hideAddress);
    });
    wish.want();
    publisher.refresh();
  };
  scope.add(settings.watch(onChoice));
  scope.add(contacts.watch(onChoice));
  onChoice();
}

/** What follows when the relays in use change, or what is known of others. */
function followRelays(
  { scope, settings, relayList, pageLife }: OnlinePorts,
  { keeper, directory, turn, publisher }: Parts,
  wish: Wish,
  changes: Watchers,
): void {
  const changed = () => {
    changes.changed();
  };
  scope.add(
    keeper.watch(() => {
      publisher.refresh();
      directory.askOnce(keeper.usable);
      turn.refresh();
      rememberRelays(relayList, keeper.relays, settings.current.refusedRelays);
      if (keeper.relays.some(isLostPage)) wish.pageRelay.lost();
      changed();
    }),
  );
  scope.add(directory.watch(wish.want));
  scope.add(turn.watch(changed));
  scope.add(
    pageLife.onWake(() => {
      turn.refresh();
    }),
  );
}

const isLostPage = ({ origin, state }: Reachability['relays'][number]): boolean =>
  origin === 'page' && state === 'unreachable';
