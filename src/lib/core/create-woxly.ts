import type { IdentityKey } from '#lib/domain/ids.ts';
import type { Attention } from '#lib/ports/attention.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { KeyVault } from '#lib/ports/key-vault.ts';
import type { Log } from '#lib/ports/log.ts';
import type { IceServer, MediaPaths, Microphones } from '#lib/ports/media.ts';
import type { PageLife } from '#lib/ports/page-life.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import type { Random } from '#lib/ports/random.ts';
import type { RelayList } from '#lib/ports/relay-list.ts';
import type { Stores } from '#lib/ports/stores.ts';
import { CALL_PROTOCOL } from '#lib/protocol/names.ts';
import type { checkCandidate, checkSdp } from '#lib/protocol/sdp-check.ts';
import type { Signer } from '#lib/protocol/signed.ts';
import { createAudio } from './audio.ts';
import { createCalls } from './call/call-engine.ts';
import { createCallHistory } from './call-history.ts';
import { createContacts } from './contacts/contacts.ts';
import { createDiagnostics } from './diagnostics.ts';
import { createIdentity } from './identity/identity.ts';
import { goOnline } from './online.ts';
import type { Online } from './online.ts';
import { backoff } from './reachability/backoff.ts';
import { createSettingsBook } from './settings-book.ts';
import { Watchers } from './watchable.ts';
import type { Reachability, Woxly } from './woxly.ts';

/** Waits between attempts to start the network, whose code may not have loaded. */
const START_BACKOFF = { first: 1_000, longest: 30_000 };

/** The whole world of the app. */
export interface WoxlyPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly pageLife: PageLife;
  readonly stores: Stores;
  readonly vault: KeyVault;
  readonly relayList: RelayList;
  readonly mediaPaths: MediaPaths;
  readonly microphones: Microphones;
  /** Made once the settings are known: the ring has a volume. */
  readonly attention: (ringVolume: () => number) => Attention;
  readonly iceServers: () => readonly IceServer[];
  /** Starts the network node for this device's key. Its code is large and loaded when first asked for. */
  readonly openNetwork: (device: Signer) => Promise<PeerNetwork>;
  readonly checkSdp: (sdp: string) => ReturnType<typeof checkSdp>;
  readonly checkCandidate: (line: string) => ReturnType<typeof checkCandidate>;
  readonly origin: () => string;
  readonly deviceName: string;
  readonly version: string;
  readonly platform: string;
}

/** The whole app without a screen: reads what is stored, and goes online as soon as there is an identity. */
export async function createWoxly(ports: WoxlyPorts): Promise<Woxly> {
  const { clock, random, log, pageLife, stores } = ports;
  const settings = await createSettingsBook(stores.settings);
  const history = await createCallHistory(stores.calls);
  let online: Online | undefined;

  const identity = await createIdentity({
    ...ports,
    profile: stores.profile,
    relays: () => online?.keeper.reserved ?? [],
  });
  const ownKey = (): IdentityKey | undefined => identity.profile?.key;
  const contacts = await createContacts({ store: stores.contacts, clock, ownKey });

  const onlineWatchers = new Watchers();
  let whenOnline = (_: Online): void => undefined;
  const firstOnline = new Promise<Online>((resolve) => (whenOnline = resolve));

  const attention = ports.attention(() => settings.current.ringVolume);
  const calls = createCalls({
    ...ports,
    paths: ports.mediaPaths,
    attention,
    settings: () => settings.current,
    contacts,
    reach: {
      reach: async (...args) => (await firstOnline).reach.reach(...args),
    },
    self: () => {
      if (identity.profile === undefined) throw new Error('nobody to call as');
      const { key, name } = identity.profile;
      return { key, name, certificate: identity.certificate() };
    },
    onEnded: (record) => {
      history.add(record).catch(() => {
        log.warn('call not stored');
      });
    },
  });

  const reachability: Reachability = {
    watch: onlineWatchers.watch,
    get status() {
      return online?.status ?? (pageLife.online ? 'connecting' : 'offline');
    },
    get relays() {
      return online?.keeper.relays ?? [];
    },
    retry: () => online?.keeper.retry(),
  };

  let stopped = false;
  let starting = false;
  const start = async (failures: number): Promise<void> => {
    const { keys } = identity;
    if (keys === undefined || starting || stopped) return;
    starting = true;
    try {
      const network = await ports.openNetwork(keys.device);
      if (isStopped()) {
        await network.stop();
        return;
      }
      online = goOnline({
        ...ports,
        network,
        keys,
        contacts,
        settings,
        deviceList: identity.deviceList,
      });
      network.accept(CALL_PROTOCOL, (channel) => {
        calls.take(channel);
      });
      online.watch(() => {
        onlineWatchers.changed();
      });
      whenOnline(online);
      log.info('network started');
      onlineWatchers.changed();
    } catch {
      starting = false;
      log.warn('network not started', { failures });
      clock.after(backoff(failures + 1, START_BACKOFF, random), () => void start(failures + 1));
    }
  };
  const isStopped = () => stopped;
  const diagnostics = createDiagnostics({ ...ports, calls, reachability });
  const audio = createAudio(ports.microphones, attention);

  const stop = async (): Promise<void> => {
    stopped = true;
    calls.stop();
    identity.stop();
    diagnostics.stop();
    audio.stop();
    for (const end of stops) end();
    await online?.stop();
  };
  const stops = [
    identity.watch(() => void start(0)),
    pageLife.onLeave(() => void stop()),
    pageLife.onOffline(() => {
      onlineWatchers.changed();
    }),
    pageLife.onWake(() => {
      onlineWatchers.changed();
      calls.networkChanged();
    }),
    settings.watch(() => {
      calls.devicesChosen();
    }),
    contacts.watch(() => {
      calls.contactsChanged();
    }),
  ];
  void start(0);

  return {
    identity,
    contacts,
    calls,
    history,
    reachability,
    audio,
    settings,
    diagnostics: () => Promise.resolve(diagnostics.read()),
    stop,
  };
}
