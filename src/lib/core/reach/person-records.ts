import type { DeviceKey, IdentityKey, RelayAddress } from '#lib/domain/ids.ts';
import { equalBytes } from '#lib/domain/bytes.ts';
import { openDeviceList } from '#lib/protocol/device-list.ts';
import { deviceKeyOf, publicKeyOf } from '#lib/protocol/key-text.ts';
import { PRESENCE_RELAYS_MAX } from '#lib/protocol/limits.ts';
import { LOOKUP_REQUEST, LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import { openPresence, presenceDay, presenceTag } from '#lib/protocol/presence-record.ts';
import type { PresenceEnvelope } from '#lib/protocol/presence-record.ts';
import { relayAddresses } from '#lib/protocol/relay-address.ts';

/** A verified presence record of a person: signed by their identity key, fresh, of a current device list. */
export interface PersonRecord {
  /** The one that it speaks of; an app that names none has one device. */
  readonly device?: DeviceKey;
  /** All that the person has. */
  readonly devices: readonly DeviceKey[];
  readonly relays: readonly RelayAddress[];
  readonly sequence: number;
  readonly epoch: number;
  readonly issued: number;
  readonly expires: number;
  /** The person does not want to be shown as there or not; the record serves to call them. */
  readonly hidden: boolean;
}

/**
 * The days whose tags are asked for. A record of just before midnight lives on after it, and a peer's clock may
 * differ from ours.
 */
export const dayWindow = (now: number): readonly number[] =>
  [-1, 0, 1].map((by) => presenceDay(now) + by);

/** The question to a relay: records of this person, of around today. */
export async function presenceQuestion(
  person: IdentityKey,
  now: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const identity = publicKeyOf(person);
  const tags = await Promise.all(dayWindow(now).map((day) => presenceTag(identity, day)));
  return LOOKUP_REQUEST.encode({ tags });
}

/** Whether of two records of a person only one can hold: they speak of one device, or one of them of the only one. */
export const areOfOneDevice = (one: PersonRecord, other: PersonRecord): boolean =>
  one.device === undefined || other.device === undefined || one.device === other.device;

/** Whether a person's record comes with a newer device list than another one, in which that one's device is not. */
export function leavesOut(newer: PersonRecord, { device, devices, epoch }: PersonRecord): boolean {
  const spokenOf = device === undefined ? devices : [device];
  return newer.epoch > epoch && spokenOf.every((one) => !newer.devices.includes(one));
}

/**
 * The newest genuine records in a relay's answer, one a device of the newest list, newest first. Relays cannot read records, so they hand
 * out forged ones as well: each is checked, and a device list older than `minEpoch` is refused.
 */
export async function newestRecords(
  answer: Uint8Array,
  person: IdentityKey,
  now: number,
  minEpoch: number,
): Promise<readonly PersonRecord[]> {
  const records = LOOKUP_RESPONSE.decode(answer)?.records ?? [];
  const opened = await Promise.all(
    records.map((envelope) => openPersonRecord(envelope, person, now, minEpoch)),
  );
  const newest: PersonRecord[] = [];
  const genuine = opened.filter((one) => one !== undefined);
  for (const one of genuine.toSorted((a, b) => b.sequence - a.sequence)) {
    if (!newest.some((newer) => areOfOneDevice(newer, one))) newest.push(one);
  }
  return newest.filter((one) => !genuine.some((other) => leavesOut(other, one)));
}

/**
 * The record in an envelope if it is this person's, whichever of {@link dayWindow} it is of, and its device list is not
 * older than `minEpoch`. Naming no relay it says goodbye.
 */
export async function openPersonRecord(
  envelope: PresenceEnvelope,
  person: IdentityKey,
  now: number,
  minEpoch: number,
): Promise<PersonRecord | undefined> {
  const identity = publicKeyOf(person);
  for (const day of dayWindow(now)) {
    const record = await openPresence(envelope, identity, day, now);
    if (record === undefined) continue;
    const list = await openDeviceList(record.devices, identity, now);
    if (list === undefined || list.epoch < minEpoch || list.certificates.length === 0) {
      return undefined;
    }
    const { device } = record;
    // It says where a device is that the person does not have.
    if (device && !list.certificates.some((one) => equalBytes(one.device, device)))
      return undefined;
    return {
      ...(device && { device: deviceKeyOf(device) }),
      devices: list.certificates.map(({ device }) => deviceKeyOf(device)),
      relays: relayAddresses(record.relays, PRESENCE_RELAYS_MAX),
      sequence: record.sequence,
      epoch: list.epoch,
      issued: record.issued,
      expires: record.expires,
      hidden: record.hidden === true,
    };
  }
  return undefined;
}
