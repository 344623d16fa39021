import type { Connection, Libp2p } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import type { Multiaddr } from '@multiformats/multiaddr';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { RelayAddress, RelayId } from '#lib/domain/ids.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import type { DirectDialler } from './node.ts';
import { raceSignal } from './race-signal.ts';

/** How long the address of a relay that worked before is tried, ms, when another one was named. */
const WORKED_MOST_MS = 3_000;

/** Connections to relays, each over the address that works. */
export interface RelayDials {
  /** Over this address, unless there is a connection. */
  dial(relay: RelayAddress, signal: AbortSignal): Promise<Connection>;
  /** Over the address that worked before, then over this one. */
  connect(relay: RelayAddress, signal: AbortSignal): Promise<Connection>;
  /** Dials through relays that are connected in this way. */
  readonly circuits: DirectDialler;
  /** This address gave us a reservation. */
  prefer(relay: RelayAddress): void;
  forget(relay: RelayAddress): void;
  /** Without further addresses of a relay that is connected: over each a circuit of its own would be made. */
  distinct(relays: readonly RelayAddress[]): readonly RelayAddress[];
}

/**
 * libp2p has one dial to a peer at a time, which tries one address after the other: whoever waits for a relay would wait
 * for every address that a peer, or the relay itself, names of it, among them those that this network blocks. So the
 * others come after the one that worked, here and in the keeper, whose dial is joined if it is under way.
 */
export function relayDials(
  libp2p: Pick<Libp2p, 'dial' | 'getConnections'>,
  dialler: DirectDialler,
): RelayDials {
  const worked = new Map<RelayId, RelayAddress>();

  const isConnected = (relay: RelayAddress): boolean =>
    libp2p
      .getConnections(peerIdFromString(relayIdOf(relay)))
      .some(({ status }) => status === 'open');

  const dial = async (relay: RelayAddress, signal: AbortSignal): Promise<Connection> => {
    const target = addressOf(relay);
    // A dial that was given up in this very task would be joined, and end this one with it.
    if (!isConnected(relay)) await raceSignal(nextTask(), signal);
    return libp2p.dial(target, { signal });
  };

  const connect = async (relay: RelayAddress, signal: AbortSignal): Promise<Connection> => {
    const before = worked.get(relayIdOf(relay)) ?? relay;
    if (before !== relay && !isConnected(relay)) {
      const most = AbortSignal.timeout(WORKED_MOST_MS);
      const connection = await dial(before, AbortSignal.any([signal, most])).catch(() => null);
      if (connection !== null) return connection;
    }
    return dial(relay, signal);
  };

  return {
    dial,
    connect,
    // The circuit transport would dial all addresses of a relay that it is not connected to.
    circuits: {
      async dial(through, options) {
        const [relay = ''] = String(through).split('/p2p-circuit');
        await connect(relay as RelayAddress, options.signal);
        return dialler.dial(through, options);
      },
    },
    prefer: (relay) => void worked.set(relayIdOf(relay), relay),
    forget: (relay) => void worked.delete(relayIdOf(relay)),
    distinct(relays) {
      const first = (relay: RelayAddress) =>
        relays.find((other) => relayIdOf(other) === relayIdOf(relay));
      return relays.filter((relay) => !isConnected(relay) || relay === first(relay));
    },
  };
}

/** @throws {@link WoxlyError} `bad-address` */
export function addressOf(text: string): Multiaddr {
  try {
    return multiaddr(text);
  } catch (cause) {
    throw new WoxlyError('bad-address', { cause });
  }
}

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
