import { createBucket } from '#lib/domain/bucket.ts';
import type { Bucket } from '#lib/domain/bucket.ts';
import { parseDeviceKey } from '#lib/protocol/key-text.ts';
import type { InboundConnection } from '#lib/patches/upgrade-guard.ts';
import type { MayConnect } from './signalling-gate.ts';

/**
 * Connections that one device may make to us, at once and in a second. Whoever calls makes one through each relay, and
 * one every few seconds while the path of a call is broken.
 */
const CONTACT = { most: 16, perSecond: 2 };
const STRANGER = { most: 4, perSecond: 0.5 };
/** The same of all strangers together: a handshake takes a phone some 30 ms, and nobody's ring may wait for them. */
const STRANGERS = { most: 8, perSecond: 3 };
/** Handshakes of strangers under way at once: who begins one and says nothing keeps its place for 10 s. */
const STRANGERS_PENDING_MAX = 8;
/** Devices of which something is remembered, until those that are as good as new are forgotten. */
const REMEMBERED_MAX = 256;

/**
 * Who may come in, asked before the handshake. libp2p counts by the host that an address begins with, and over circuits
 * that is the relay's: one stranger would use up what everybody has. Here each device has its own, all strangers have a
 * little together, and contacts never wait for strangers. Before the handshake the relay says who it is; whoever is not
 * fails in it.
 */
export function inboundRoom(init: {
  readonly isKnown: MayConnect;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
}): (connection: InboundConnection) => (() => void) | undefined {
  const { now, isKnown } = init;
  const devices = new Map<string, Bucket>();
  const strangers = createBucket({ ...STRANGERS, now });
  let pending = 0;

  const bucketOf = (name: string, size: typeof CONTACT): Bucket => {
    const known = devices.get(name);
    if (known !== undefined) return known;
    if (devices.size >= REMEMBERED_MAX) {
      for (const [key, bucket] of devices) if (bucket.isFull) devices.delete(key);
    }
    const bucket = createBucket({ ...size, now });
    devices.set(name, bucket);
    return bucket;
  };

  return ({ remoteAddr }) => {
    const name = remoteAddr.toString().split('/p2p/').at(-1)?.replace(/\/.*$/, '');
    const device = name === undefined ? undefined : parseDeviceKey(name);
    if (device !== undefined && isKnown(device)) {
      return bucketOf(`contact ${device}`, CONTACT).take() ? () => undefined : undefined;
    }
    if (pending >= STRANGERS_PENDING_MAX) return undefined;
    if (!bucketOf(device ?? '', STRANGER).take() || !strangers.take()) return undefined;
    pending += 1;
    return () => {
      pending -= 1;
    };
  };
}
