import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { DeviceKey } from '#lib/domain/ids.ts';
import type { StreamOptions } from '#lib/patches/optimistic.ts';
import { carriesOurs } from './idle-connections.ts';
import type { DirectDialler } from './node.ts';

/** How long a connection that is there already may take to open a stream, ms: it may be half dead. */
const KNOWN_TIMEOUT_MS = 2_000;
/** New circuits are dialled beside connections that are there after this, ms: when those work they are faster. */
const NEW_AFTER_MS = 500;
/** The same where they are probably dead, ms: a round trip, as most often they are not. */
const ANEW_AFTER_MS = 150;

export interface Target {
  readonly peer: DeviceKey;
  readonly protocol: string;
  /** Circuit addresses of the peer. */
  readonly circuits: readonly Multiaddr[];
  /** Connections that are there are probably dead: new circuits are dialled beside them soon. */
  readonly anew: boolean;
}

interface Opened {
  readonly stream: Stream;
  readonly connection: Connection;
}

/**
 * Opens a stream by every way there is: over each connection that is there, and over a new circuit through each
 * relay. The first that works wins, and the others are given up.
 */
export async function openStream(
  libp2p: Libp2p,
  dialler: DirectDialler,
  { peer, protocol, circuits, anew }: Target,
  signal: AbortSignal,
): Promise<Opened> {
  const over = new AbortController();
  const known = libp2p
    .getConnections(peerIdFromString(peer))
    .filter(({ status }) => status === 'open');
  const giveUp = AbortSignal.any([signal, over.signal]);

  const openOn = async (
    connection: Connection,
    until: AbortSignal,
    options: StreamOptions = {},
  ): Promise<Opened> => ({
    stream: await connection.newStream(protocol, {
      signal: until,
      runOnLimitedConnection: true,
      ...options,
    }),
    connection,
  });
  const ways = [
    ...known.map((connection) =>
      openOn(connection, AbortSignal.any([giveUp, AbortSignal.timeout(KNOWN_TIMEOUT_MS)])),
    ),
    ...circuits.map(async (through) => {
      if (known.length > 0) await pause(anew ? ANEW_AFTER_MS : NEW_AFTER_MS, giveUp);
      giveUp.throwIfAborted();
      const connection = await dialler.dial(through, { signal: giveUp });
      try {
        // The peer has just shaken hands. One that has been there for a while has to show that it still is.
        return await openOn(connection, giveUp, { optimistic: true });
      } catch (failure) {
        discard(connection);
        throw failure;
      }
    }),
  ];
  const winner = await Promise.any(ways);
  over.abort();
  for (const way of ways) {
    way.then(
      ({ stream, connection }) => {
        if (stream === winner.stream) return;
        stream.abort(new Error('another way was faster'));
        if (!known.includes(connection)) discard(connection, stream);
      },
      // It was given up, or did not work.
      () => undefined,
    );
  }
  return winner;
}

/** A circuit of ours that is not needed takes a place at its relay, of which there are few, unless the peer uses it. */
function discard(connection: Connection, lost?: Stream): void {
  if (!carriesOurs(connection, lost)) connection.abort(new Error('another way was faster'));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
