import { createScope } from '#lib/domain/scope.ts';
import type { Scope } from '#lib/domain/scope.ts';
import type { IdentityKey, RelayAddress } from '#lib/domain/ids.ts';
import type { Attention } from '#lib/ports/attention.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { IceProbe } from '#lib/ports/ice-probe.ts';
import type { KeyVault } from '#lib/ports/key-vault.ts';
import type { Log } from '#lib/ports/log.ts';
import type { IceServer, MediaPaths, Microphones } from '#lib/ports/media.ts';
import type { PageLife } from '#lib/ports/page-life.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import type { Random } from '#lib/ports/random.ts';
import type { RelayList } from '#lib/ports/relay-list.ts';
import type { Stores } from '#lib/ports/stores.ts';
import { CALL_PROTOCOL } from '#lib/protocol/names.ts';
import type { checkCandidate } from '#lib/protocol/ice-candidate.ts';
import type { checkSdp } from '#lib/protocol/sdp-check.ts';
import type { Signer } from '#lib/protocol/signed.ts';
import { createAudio } from './audio.ts';
import { createCalls } from './call/create-calls.ts';
import type { CallEngine } from './call/create-calls.ts';
import { createCallHistory, recordLater } from './call-history.ts';
import type { CallBook } from './call-history.ts';
import { createContacts } from './contacts/create-contacts.ts';
import type { ContactBook } from './contacts/create-contacts.ts';
import { hasLeftOut } from './contacts/device-owners.ts';
import { createDiagnostics } from './diagnostics.ts';
import { createDoctor } from './doctor/create-doctor.ts';
import { createEchoTest } from './doctor/create-echo-test.ts';
import { lookUpForDoctor } from './doctor/look-up.ts';
import { followWorld } from './follow-world.ts';
import { createIdentity } from './identity/create-identity.ts';
import type { OwnIdentity } from './identity/create-identity.ts';
import { createNetworkTime } from './network-time.ts';
import type { NetworkTime } from './network-time.ts';
import { goOnline } from './online.ts';
import { createPresences } from './presence/create-presences.ts';
import { offlineReachability } from './relays/offline.ts';
import { ownNetwork } from './relays/own-network.ts';
import type { Reachability } from './relays/reachability.ts';
import { createSettingsBook } from './settings-book.ts';
import type { SettingsBook } from './settings-book.ts';
import { startOnline } from './start-online.ts';
import type { OnlineStart } from './start-online.ts';
import type { Woxly } from './woxly.ts';

/** The whole world of the app. */
export interface WoxlyPorts {
  /** The wall clock. */
  readonly clock: Clock;
  /** The steady clock. */
  readonly steady: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly pageLife: PageLife;
  readonly stores: Stores;
  readonly vault: KeyVault;
  readonly relayList: RelayList;
  readonly mediaPaths: MediaPaths;
  readonly microphones: Microphones;
  readonly iceProbe: IceProbe;
  /** Made once the settings are known: the ring has a volume. */
  readonly attention: (ringVolume: () => number) => Attention;
  /**
   * Starts the network node for this device's key. Its code is large and loaded when first asked for. `iceServers` are
   * those to use now, asked for every direct connection.
   */
  readonly openNetwork: (
    device: Signer,
    iceServers: () => readonly IceServer[],
  ) => Promise<PeerNetwork>;
  /** Whether this browser can and may dial an address. */
  readonly mayDial: (address: RelayAddress) => boolean;
  readonly checkSdp: (sdp: string) => ReturnType<typeof checkSdp>;
  readonly checkCandidate: (line: string) => ReturnType<typeof checkCandidate>;
  readonly origin: () => string;
  /** Whether a person has just pressed something. */
  readonly isPressing: () => boolean;
  readonly deviceName: string;
  readonly version: string;
  readonly platform: string;
}

/** The whole app without a screen: reads what is stored, and goes online as soon as there is an identity. */
export async function createWoxly(ports: WoxlyPorts): Promise<Woxly> {
  const scope = createScope();
  const time = createNetworkTime(ports.clock);
  const kept = await readKept(ports, scope, time, () => network.current?.keeper.reserved ?? []);
  // What ends first is started last: a call says goodbye while there is a network.
  const network = createNetwork(ports, scope, time, kept, () => calls);
  const reachability = offlineReachability(network, ports.pageLife);
  const attention = ports.attention(() => kept.settings.current.ringVolume);
  const calls = createCallEngine(ports, { scope, time, kept, network, reachability, attention });
  const presences = createPresences({
    ...ports,
    ...kept,
    scope,
    time,
    network,
    onOnline: (key) => {
      calls.personSeen(key);
    },
  });
  const checks = createChecks(ports, { scope, kept, network, reachability });
  const about = { ...ports, scope, clock: ports.steady, calls, reachability };
  const diagnostics = createDiagnostics(about);
  const audio = createAudio(ports.microphones, attention, scope);
  followWorld(scope, { ...ports, ...kept, time, network, calls });
  scope.add(ports.pageLife.onLeave(() => void scope.stop()));
  network.start();

  return {
    ...kept,
    ...checks,
    calls,
    reachability,
    presences,
    audio,
    time,
    diagnostics: () => Promise.resolve(diagnostics.read()),
    stop: () => scope.stop(),
  };
}

/** What this browser remembers, with what is done to it. */
interface Kept {
  readonly settings: SettingsBook;
  readonly identity: OwnIdentity;
  readonly contacts: ContactBook;
  readonly history: CallBook;
}

async function readKept(
  ports: WoxlyPorts,
  scope: Scope,
  time: NetworkTime,
  relays: () => readonly RelayAddress[],
): Promise<Kept> {
  const { stores } = ports;
  const { clock } = time;
  const settings = await createSettingsBook(stores);
  const identity = await createIdentity({ ...ports, scope, clock, relays });
  const ownKey = (): IdentityKey | undefined => identity.profile?.key;
  const contacts = await createContacts({ stores, clock, ownKey });
  const isStranger = (key: IdentityKey) => contacts.trustOf(key) === 'stranger';
  return { settings, identity, contacts, history: await createCallHistory(stores, isStranger) };
}

function createNetwork(
  ports: WoxlyPorts,
  scope: Scope,
  time: NetworkTime,
  { identity, contacts, settings }: Kept,
  calls: () => CallEngine,
): OnlineStart {
  const iceServers = () => network.current?.turn.iceServers() ?? [];
  const tryTurn = async (servers: readonly IceServer[], signal: AbortSignal) =>
    (await ports.iceProbe.ask(servers, signal)).some((answer) => answer?.relayed === true);
  const network: OnlineStart = startOnline({
    ...ports,
    keys: () => identity.keys,
    openNetwork: ({ device }) => ports.openNetwork(device, iceServers),
    scope,
    goOnline: (node, keys, whileOnline) => {
      node.accept(CALL_PROTOCOL, (channel) => {
        calls().take(channel);
      });
      return goOnline({
        ...ports,
        scope: whileOnline,
        time,
        network: node,
        keys,
        contacts,
        settings,
        deviceList: identity.deviceList,
        // The signalling of a call may go over any of the reservations.
        mayMove: () => {
          const { current } = calls();
          return current === undefined || current.stage === 'ended';
        },
        isHurried: () => calls().current?.stage === 'reconnecting',
        // A browser without voice connections cannot try it, which is no fault of the relay's.
        ...(ports.mediaPaths.supported && { tryTurn }),
      });
    },
  });
  return network;
}

function createCallEngine(
  ports: WoxlyPorts,
  {
    scope,
    time,
    kept: { identity, contacts, settings, history },
    network,
    reachability,
    attention,
  }: {
    readonly scope: Scope;
    readonly time: NetworkTime;
    readonly kept: Kept;
    readonly network: OnlineStart;
    readonly reachability: Reachability;
    readonly attention: Attention;
  },
): CallEngine {
  const { clock, steady, log, pageLife } = ports;
  return createCalls({
    ...ports,
    scope,
    clock: steady,
    paths: ports.mediaPaths,
    attention,
    iceServers: () => network.current?.turn.iceServers() ?? [],
    clockOffset: () => time.clock.now() - steady.now(),
    settings: () => settings.current,
    contacts: {
      get: contacts.get,
      ownerOf: (device) => contacts.ownerOf(device)?.key,
      hasLeftOut: (key, ...about) => hasLeftOut(contacts.get(key), ...about),
    },
    reach: {
      first: async (...about) => (await network.first).reach.first(...about),
    },
    ownNetwork: () =>
      ownNetwork(reachability.status, pageLife.online, network.current?.keeper.losses ?? []),
    // Whoever keeps the relays asks each at once whether it is alive.
    onBroken: () => network.current?.keeper.check(),
    self: () => {
      if (identity.profile === undefined) throw new Error('nobody to call as');
      const { key, name } = identity.profile;
      return { key, name, certificate: identity.certificate() };
    },
    onEnded: (record) => {
      history.add(recordLater(record, clock.now() - steady.now())).catch(() => {
        log.warn('call not stored');
      });
    },
  });
}

/** What a person checks before a call. */
function createChecks(
  ports: WoxlyPorts,
  {
    scope,
    kept: { settings, contacts },
    network,
    reachability,
  }: {
    readonly scope: Scope;
    readonly kept: Kept;
    readonly network: OnlineStart;
    readonly reachability: Reachability;
  },
) {
  const common = {
    scope,
    clock: ports.steady,
    supported: ports.mediaPaths.supported,
    probe: ports.iceProbe,
    microphones: ports.microphones,
    reachability,
    settings,
    contacts,
    iceServers: () => network.current?.turn.iceServers() ?? [],
  };
  const lookUp = lookUpForDoctor(ports.steady, network.first);
  return { doctor: createDoctor({ ...common, lookUp }), echo: createEchoTest(common) };
}
