import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import type { Bytes } from '#lib/domain/bytes.ts';
import { NEIGHBOUR_PROTOCOL } from '#lib/protocol/names.ts';
import type { NEIGHBOUR_PUSH } from '#lib/protocol/neighbour.ts';
import type { Of } from '#lib/protocol/struct.ts';
import {
  HELLOS_PER_MINUTE,
  NEIGHBOUR_BLAMED_MS,
  NEIGHBOURS_INBOUND_MAX,
  NEIGHBOURS_PER_ADDRESS,
  PROTOCOL_INBOUND_STREAMS,
} from '../limits/limits.ts';
import type { Directory, KnownRelay } from './directory.ts';
import { createNeighbourFeed } from './neighbour-feed.ts';
import type { NeighbourFeed } from './neighbour-feed.ts';
import { MalformedPush, readFeed, readHello, sendFeed } from './neighbour-streams.ts';
import type { StoredPresence } from '../presence/presence-store.ts';
import { createRateLimit } from '../limits/rate-limit.ts';
import { hostOf } from '../limits/remote-address.ts';
import { hasRoomFor, sharesOf } from '../limits/share.ts';

/** How a relay became a neighbour: named by the operator, dialled by us, or come by itself. */
type Origin = 'given' | 'dialled' | 'inbound';

/** What there is to tell. */
type Told = 'record' | 'left' | 'relay';

interface Neighbour {
  readonly origin: Origin;
  readonly host: string;
  /** What we send; `wake` after a change. */
  out?: { readonly feed: NeighbourFeed; readonly wake: () => void; readonly stream: Stream };
  /** What we read. */
  in?: Stream;
}

/** The relays with which this one shares presence, both ways. */
export interface Neighbours {
  has(peer: string): boolean;
  /** Whether one is at this host. */
  hasHost(host: string): boolean;
  readonly size: number;
  /** Makes a relay that we have dialled a neighbour; resolves once it has agreed. @throws when it does not. */
  meet(connection: Connection): Promise<void>;
  /** Tells neighbours of a record: all but `except`. */
  record(stored: StoredPresence, except: (peer: string) => boolean): void;
  left(stored: StoredPresence, except: (peer: string) => boolean): void;
  relay(known: KnownRelay, except: (peer: string) => boolean): void;
  /** What this neighbour did, no relay of this version does: it is none for a while. Others are not meant. */
  blame(peer: string): void;
  isBlamed(peer: string): boolean;
  /** The last connection of a peer has ended. */
  gone(peer: string): void;
  sweep(): void;
  stop(): void;
}

export async function createNeighbours(init: {
  readonly node: Libp2p;
  /** Peer IDs that the operator named. */
  readonly given: ReadonlySet<string>;
  readonly directory: Pick<Directory, 'take' | 'all'>;
  readonly descriptor: () => Bytes | undefined;
  /** Whether limits per address do not apply. */
  readonly isExempt: (host: string) => boolean;
  /** Everything that is kept now. */
  readonly known: () => Iterable<StoredPresence>;
  readonly take: (push: Of<typeof NEIGHBOUR_PUSH>, peer: string) => Promise<void>;
  /** A neighbour is there, both ways; or is no longer. */
  readonly onChange: (peer: string, isThere: boolean) => void;
  readonly onTell: (what: Told) => void;
  readonly timeoutMs: number;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
}): Promise<Neighbours> {
  const { node, given } = init;
  const neighbours = new Map<string, Neighbour>();
  const meeting = new Set<string>();
  const blamed = new Map<string, number>();
  const hellos = createRateLimit({ perMinute: HELLOS_PER_MINUTE, now: init.now });
  const stopping = new AbortController();

  const isBlamed = (peer: string): boolean => (blamed.get(peer) ?? 0) > init.now();

  const drop = (peer: string, why: string): void => {
    const neighbour = neighbours.get(peer);
    if (neighbour === undefined) return;
    neighbours.delete(peer);
    const error = new Error(why);
    neighbour.out?.stream.abort(error);
    neighbour.in?.abort(error);
    init.onChange(peer, false);
    // Whoever dialled dials anew, and both begin from nothing: half a neighbour would hear half of everything.
    for (const connection of node.getConnections()) {
      if (connection.direction === 'outbound' && connection.remotePeer.toString() === peer)
        connection.abort(error);
    }
  };

  const blame = (peer: string): void => {
    blamed.set(peer, init.now() + NEIGHBOUR_BLAMED_MS);
    drop(peer, 'malformed');
  };

  const originOf = (connection: Connection): Origin => {
    if (given.has(connection.remotePeer.toString())) return 'given';
    return connection.direction === 'outbound' ? 'dialled' : 'inbound';
  };

  const hasRoom = (host: string): boolean => {
    const inbound = [...neighbours.values()].filter(({ origin }) => origin === 'inbound');
    if (inbound.length >= NEIGHBOURS_INBOUND_MAX) return false;
    if (init.isExempt(host)) return true;
    const others = inbound.map((other) => sharesOf(other.host));
    return hasRoomFor(sharesOf(host), others, NEIGHBOURS_PER_ADDRESS);
  };

  const join = (connection: Connection): Neighbour => {
    const peer = connection.remotePeer.toString();
    const neighbour: Neighbour = neighbours.get(peer) ?? {
      origin: originOf(connection),
      host: hostOf(connection.remoteAddr),
    };
    neighbours.set(peer, neighbour);
    return neighbour;
  };

  const noteIfComplete = (peer: string, neighbour: Neighbour): void => {
    if (neighbour.in !== undefined && neighbour.out !== undefined) init.onChange(peer, true);
  };

  /** Resolves once the other side has agreed; reading goes on until it ends. */
  const meet = (connection: Connection): Promise<void> => {
    const peer = connection.remotePeer.toString();
    if (meeting.has(peer) || neighbours.get(peer)?.in !== undefined) return Promise.resolve();
    if (isBlamed(peer)) return Promise.reject(new Error('it was malformed before'));
    meeting.add(peer);
    let mine: Neighbour | undefined;
    return new Promise((resolve, reject) => {
      readFeed(connection, init.descriptor() ?? new Uint8Array(0), {
        signal: stopping.signal,
        timeoutMs: init.timeoutMs,
        take: (push) => init.take(push, peer),
        onAccepted(stream) {
          meeting.delete(peer);
          mine = join(connection);
          mine.in = stream;
          noteIfComplete(peer, mine);
          resolve();
        },
      })
        .catch((error: unknown) => {
          if (error instanceof MalformedPush) blame(peer);
          if (mine !== undefined && neighbours.get(peer) === mine) drop(peer, 'it went');
          reject(error instanceof Error ? error : new Error('not a neighbour'));
        })
        .finally(() => meeting.delete(peer));
    });
  };

  /** Whether the relay at the other end of this connection may be a neighbour, by what it says of itself. */
  const mayJoin = async (connection: Connection, hello: Bytes): Promise<boolean> => {
    const peer = connection.remotePeer.toString();
    if (isBlamed(peer)) return false;
    const outcome = hello.byteLength === 0 ? 'older' : await init.directory.take(hello, peer, peer);
    if (outcome === 'malformed' || outcome === 'other-relay') return false;
    if (given.has(peer) || neighbours.has(peer) || meeting.has(peer)) return true;
    return hello.byteLength > 0 && hasRoom(hostOf(connection.remoteAddr));
  };

  const serve = async (stream: Stream, connection: Connection): Promise<void> => {
    const peer = connection.remotePeer.toString();
    const refuse = (): void => stream.abort(new Error('not a neighbour'));
    if (!hellos.take(peer)) {
      refuse();
      return;
    }
    const hello = await readHello(stream, AbortSignal.timeout(init.timeoutMs)).catch(
      () => undefined,
    );
    const joins = hello !== undefined && (await mayJoin(connection, hello));
    if (!joins || connection.status !== 'open' || stopping.signal.aborted) {
      refuse();
      return;
    }
    const neighbour = join(connection);
    neighbour.out?.stream.abort(new Error('it asks anew'));
    const feed = createNeighbourFeed({
      relays: init.directory.all().filter((known) => known.peer !== peer),
      records: [...init.known()].filter(({ source }) => source !== peer),
    });
    const onEnd = (): void => {
      if (neighbours.get(peer) === neighbour && neighbour.out?.stream === stream) {
        drop(peer, 'it does not read');
      }
    };
    const wake = sendFeed(stream, feed, { answerTimeoutMs: init.timeoutMs, onEnd });
    neighbour.out = { feed, wake, stream };
    stream.addEventListener('close', onEnd);
    wake();
    noteIfComplete(peer, neighbour);
    if (neighbour.in === undefined) meet(connection).catch(() => drop(peer, 'it does not answer'));
  };

  await node.handle(NEIGHBOUR_PROTOCOL, serve, {
    maxInboundStreams: PROTOCOL_INBOUND_STREAMS,
    runOnLimitedConnection: false,
  });

  const tell = (
    what: Told,
    say: (feed: NeighbourFeed) => void,
    except: (peer: string) => boolean,
  ): void => {
    for (const [peer, { out }] of neighbours) {
      if (out === undefined || except(peer)) continue;
      say(out.feed);
      out.wake();
      init.onTell(what);
    }
  };

  return {
    has: (peer) => neighbours.has(peer),
    hasHost: (host) => [...neighbours.values()].some((one) => one.host === host),
    get size() {
      return neighbours.size;
    },
    meet,
    record: (stored, except) => tell('record', (feed) => feed.record(stored), except),
    left: (stored, except) => tell('left', (feed) => feed.left(stored), except),
    relay: (known, except) => tell('relay', (feed) => feed.relay(known), except),
    blame(peer) {
      if (neighbours.has(peer)) blame(peer);
    },
    isBlamed,
    gone: (peer) => drop(peer, 'it has gone'),
    sweep() {
      for (const peer of blamed.keys()) if (!isBlamed(peer)) blamed.delete(peer);
      hellos.sweep();
    },
    stop() {
      stopping.abort();
      for (const peer of [...neighbours.keys()]) drop(peer, 'this relay stops');
    },
  };
}
