import type { CallId, DeviceKey, Milliseconds } from '#lib/domain/ids.ts';
import type { CallBody } from '#lib/protocol/call-frame.ts';
import { TOMBSTONE_MS } from '#lib/protocol/limits.ts';

/** Calls that are over, so that a late or replayed RING never rings and a stray frame hears that it is over. */
export type Tombstones = readonly Tombstone[];

export interface Tombstone {
  readonly id: CallId;
  /** Only this device may speak in the call: nobody else can bury a call by its ID. */
  readonly device: DeviceKey;
  /** What the device hears if it still speaks. `undefined`: nothing at all. */
  readonly farewell: CallBody | undefined;
  /** Its CANCEL came before its RING: the call is not in the history yet. */
  readonly unrung: boolean;
  readonly until: Milliseconds;
}

/** Remembered calls, over all devices. A call takes some 200 bytes. */
export const TOMBSTONES_MAX = 256;
/** Remembered calls of one device, so that one device cannot make us forget the others'. */
export const TOMBSTONES_PER_DEVICE = 16;

/** Adds one, at the cost of its device's oldest, or of the oldest. */
export function bury(
  tombstones: Tombstones,
  one: Omit<Tombstone, 'until'>,
  now: Milliseconds,
): Tombstones {
  const others = tombstones.filter(
    ({ id, device, until }) => until > now && (id !== one.id || device !== one.device),
  );
  const own = others.filter(({ device }) => device === one.device);
  const dropped = own.length >= TOMBSTONES_PER_DEVICE ? own[0] : undefined;
  const kept = dropped === undefined ? others : others.filter((other) => other !== dropped);
  return [...kept, { ...one, until: now + TOMBSTONE_MS }].slice(-TOMBSTONES_MAX);
}

export function findTombstone(
  tombstones: Tombstones,
  id: CallId,
  device: DeviceKey,
  now: Milliseconds,
): Tombstone | undefined {
  return tombstones.find((one) => one.id === id && one.device === device && one.until > now);
}
