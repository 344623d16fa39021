import type { Connection, Libp2p, PeerId, Stream } from '@libp2p/interface';
import { parseDeviceKey } from '#lib/protocol/key-text.ts';
import type { MayConnect } from './signalling-gate.ts';

/** How long a stranger's relayed connection may carry nothing of ours, ms. */
const IDLE_MS = 10_000;
/** How often a connection is looked at, ms: one that carried nothing of ours at two looks ends. */
const LOOK_EVERY_MS = 60_000;
/** Relayed connections of strangers at once. A relay carries 48 circuits to one device: half of them are left to contacts. */
const STRANGERS_MAX = 24;
/** WOXLY's own protocols begin with this. */
const OWN_PROTOCOLS = '/woxly/';

/** Whether a stream of WOXLY's own is open on a connection, beside one that does not count. */
export const carriesOurs = ({ streams }: Connection, except?: Stream): boolean =>
  streams.some((stream) => stream !== except && stream.protocol.startsWith(OWN_PROTOCOLS));

/**
 * Closes relayed connections on which strangers say nothing, and where there are many, the oldest of them at once. A
 * relay carries only so many towards one device, and whoever filled them would keep everybody else from ringing.
 */
export function closeIdleCircuits(libp2p: Libp2p, isKnown: MayConnect): void {
  const strangers = new Set<Connection>();
  libp2p.addEventListener('connection:open', ({ detail: connection }) => {
    if (connection.limits === undefined || connection.direction !== 'inbound') return;
    const device = parseDeviceKey(connection.remotePeer.toString());
    if (device !== undefined && isKnown(device)) return;
    strangers.add(connection);
    if (strangers.size > STRANGERS_MAX) makeRoom(connection);
    look(connection);
  });
  libp2p.addEventListener('connection:close', ({ detail }) => void strangers.delete(detail));

  /** One that says something stays: then it is the newest that goes. */
  function makeRoom(newest: Connection): void {
    const idle = [...strangers].find((connection) => !carriesOurs(connection)) ?? newest;
    strangers.delete(idle);
    idle.abort(new Error('too many strangers'));
  }

  function look(connection: Connection): void {
    setTimeout(() => {
      if (connection.status !== 'open') return;
      if (carriesOurs(connection)) look(connection);
      else connection.abort(new Error('nothing was said'));
    }, IDLE_MS);
  }
}

/**
 * Ends connections on which nothing is said: to people, each of which costs a page that lies idle as much as everything
 * else it does, and to relays that were asked or dialled through and hold no reservation of ours. Whoever calls again
 * within a minute or two finds it still there.
 */
export function closeIdleConnections(
  libp2p: Libp2p,
  hasReservation: (relay: PeerId) => boolean,
): void {
  libp2p.addEventListener('connection:open', ({ detail: connection }) => {
    let wasIdle = false;
    const looking = setInterval(() => {
      if (connection.status !== 'open') {
        clearInterval(looking);
        return;
      }
      const isIdle = !carriesOurs(connection) && !hasReservation(connection.remotePeer);
      if (isIdle && wasIdle) connection.close().catch(() => undefined);
      wasIdle = isIdle;
    }, LOOK_EVERY_MS);
  });
}
