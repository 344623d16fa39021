import { AsyncLocalStorage } from 'node:async_hooks';
import type { CircuitRelayService } from '@libp2p/circuit-relay-v2';
import type { AbortOptions, Connection, PeerId, Stream } from '@libp2p/interface';
import { insideOf } from '#lib/patches/inside.ts';
import type { AddressLimits } from '../limits/address-limits.ts';
import {
  CIRCUITS_ASKED_AT_ONCE,
  CIRCUITS_ASKED_PER_MINUTE,
  CIRCUITS_PER_ADDRESS_TO_PEER,
  CIRCUITS_SELDOM_AT_ONCE,
  CIRCUITS_SELDOM_PER_MINUTE,
  CIRCUITS_TO_PEER_AT_ONCE,
  CIRCUITS_TO_PEER_PER_MINUTE,
} from '../limits/limits.ts';
import { createRateLimit } from '../limits/rate-limit.ts';
import { hostOf } from '../limits/remote-address.ts';
import { createShareCount, sharesFor, sharesOf } from '../limits/share.ts';

type Ask = Pick<Connection, 'newStream' | 'remotePeer'>;

/** What is used of the package's server. */
interface PackageServer {
  stopHop(
    asked: { readonly connection: Ask; readonly request: unknown },
    options: AbortOptions,
  ): Promise<Stream | undefined>;
}

/** A hop request that is being answered. */
interface Request {
  /** The IP address it came from. */
  readonly host: string;
  /** The peer that asks. */
  readonly source: string;
  /** Gives back the slot of its circuit, once. */
  release?: () => void;
  /** The stream that was opened to the destination. */
  stop?: Stream;
  /** Whether the destination took the circuit. */
  taken: boolean;
}

const isOver = ({ status }: Stream): boolean => status !== 'open' && status !== 'closing';

/**
 * Circuits towards one peer, counted per address they come from: peer IDs cost nothing, so that a limit per peer
 * alone lets one host fill a stranger's connection and nobody else could call. A slot is held for as long as the
 * stream to the destination, which may outlive the stream of who asked. Who opens and drops them takes no slot for long:
 * so it is counted as well how many are asked for.
 */
export interface CircuitSlots {
  /** Answers a hop request; {@link take} and the server know inside which one they are called. */
  during<Answer>(
    stream: Stream,
    connection: Connection,
    answer: () => Promise<Answer>,
  ): Promise<Answer>;
  /** Takes a slot for the circuit that is being asked for, if there is one left; else says why not. */
  take(destination: PeerId): 'allowed' | 'too-many-of-address' | 'too-often';
  /** Follows the streams that the server opens to destinations. To be called before the node starts. */
  guard(relay: CircuitRelayService): void;
  /** Forgets who has not asked for a while. */
  sweep(): void;
}

export function createCircuitSlots(init: {
  readonly limits: Pick<AddressLimits, 'isExempt'>;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
}): CircuitSlots {
  const { limits, now } = init;
  const asked = createRateLimit({
    perMinute: CIRCUITS_ASKED_PER_MINUTE,
    atOnce: CIRCUITS_ASKED_AT_ONCE,
    now,
  });
  const askedSeldom = createRateLimit({
    perMinute: CIRCUITS_SELDOM_PER_MINUTE,
    atOnce: CIRCUITS_SELDOM_AT_ONCE,
    now,
  });
  const half = {
    perMinute: CIRCUITS_TO_PEER_PER_MINUTE / 2,
    atOnce: CIRCUITS_TO_PEER_AT_ONCE / 2,
    now,
  };
  const bySeldom = createRateLimit(half);
  const byAll = createRateLimit(half);
  const held = createShareCount(CIRCUITS_PER_ADDRESS_TO_PEER);
  const requests = new AsyncLocalStorage<Request>();

  return {
    async during(stream, connection, answer) {
      const request: Request = {
        host: hostOf(connection.remoteAddr),
        source: connection.remotePeer.toString(),
        taken: false,
      };
      try {
        return await requests.run(request, answer);
      } finally {
        const { stop } = request;
        // The package forgets the stream to a destination that refused or was late, or when who asked has gone.
        if (stop !== undefined && (!request.taken || isOver(stream))) {
          stop.abort(new Error('the circuit did not come about'));
        }
        if (stop === undefined || isOver(stop)) request.release?.();
      }
    },

    take(destination) {
      const request = requests.getStore();
      const peer = destination.toString();
      if (request === undefined) return 'too-many-of-address';
      const isExempt = limits.isExempt(request.host);
      const shares = isExempt ? [] : sharesFor(sharesOf(request.host), peer);
      const askers = [...shares, ...sharesFor([{ key: request.source, times: 1 }], peer)];
      if (!held.take(shares)) return 'too-many-of-address';
      const inAll = (): boolean =>
        (askedSeldom.take(askers) && bySeldom.take(peer)) || byAll.take(peer);
      if (!asked.take(askers) || !inAll()) {
        held.give(shares);
        return 'too-often';
      }
      request.release = () => {
        delete request.release;
        held.give(shares);
      };
      return 'allowed';
    },

    guard(relay) {
      const server = insideOf<PackageServer>('circuits', relay);
      const stopHop = server.stopHop.bind(server);
      server.stopHop = async ({ connection, request: message }, options) => {
        const request = requests.getStore();
        const followed: Ask = {
          remotePeer: connection.remotePeer,
          newStream: async (...init) => {
            const stop = await connection.newStream(...init);
            if (request !== undefined) {
              request.stop = stop;
              stop.addEventListener('close', () => request.release?.());
            }
            return stop;
          },
        };
        const joined = await stopHop({ connection: followed, request: message }, options);
        if (request !== undefined) request.taken = joined !== undefined;
        return joined;
      };
    },

    sweep() {
      for (const limit of [asked, askedSeldom, bySeldom, byAll]) limit.sweep();
    },
  };
}
