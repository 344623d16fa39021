import * as v from 'valibot';
import type { Bytes } from '#lib/domain/bytes.ts';
import type { CallRecord } from '#lib/domain/call.ts';
import type { Contact } from '#lib/domain/contact.ts';
import type { CallId, DeviceKey, IdentityKey, RelayAddress, RelayId } from '#lib/domain/ids.ts';
import type { Profile } from '#lib/domain/profile.ts';
import { END_REASONS } from '#lib/domain/reasons.ts';
import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import type { Settings } from '#lib/domain/settings.ts';
import { parseDeviceKey, parseIdentityKey, publicKeyFromText } from '#lib/protocol/key-text.ts';
import { DEVICES_MAX, PRESENCE_RELAYS_MAX } from '#lib/protocol/limits.ts';
import { isRelayAddress } from '#lib/protocol/relay-address.ts';

/**
 * What is read back from the disk is checked: another version, an extension or a broken disk may have written it.
 * Where a field has a harmless stand-in it is used, so that a person is not lost for a bad hint; else the row is
 * passed over.
 */

const identityKey = v.custom<IdentityKey>(
  (given) => typeof given === 'string' && parseIdentityKey(given) !== undefined,
);
const deviceKey = v.custom<DeviceKey>(
  (given) => typeof given === 'string' && parseDeviceKey(given) !== undefined,
);
const callId = v.custom<CallId>(
  (given) => typeof given === 'string' && /^[0-9a-f]{32}$/.test(given),
);
const time = v.pipe(v.number(), v.finite());
const orElse = <const S extends v.GenericSchema>(schema: S, standIn: v.InferOutput<S>) =>
  v.fallback(schema, standIn);

/** A list of which the first few that are good are read: a row that grew beyond measure makes nothing unusable. */
const few = <const S extends v.GenericSchema>(one: S, most: number) =>
  v.pipe(
    v.array(v.unknown()),
    v.transform((all) => {
      const good: unknown[] = [];
      for (const each of all) {
        if (good.length === most) break;
        if (v.is(one, each)) good.push(each);
      }
      return good;
    }),
    v.array(one),
  );
const relayAddress = v.custom<RelayAddress>(
  (given) => typeof given === 'string' && isRelayAddress(given),
);
const relayId = v.custom<RelayId>(
  (given) => typeof given === 'string' && publicKeyFromText(given) !== undefined,
);
/** Relays and servers that a person added, preferred or took out; nobody does so by hand with more. */
const CHOSEN_MAX = 64;
const REFUSED_MAX = 256;

const CONTACT = v.object({
  key: identityKey,
  name: v.pipe(v.string(), v.nonEmpty()),
  trust: v.picklist(['contact', 'verified', 'blocked']),
  before: v.exactOptional(v.picklist(['contact', 'verified', 'stranger'])),
  hideAddress: orElse(v.boolean(), true),
  added: orElse(time, 0),
  hints: orElse(
    v.object({
      devices: few(deviceKey, DEVICES_MAX),
      relays: few(relayAddress, PRESENCE_RELAYS_MAX),
    }),
    { devices: [], relays: [] },
  ),
  epoch: orElse(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0),
  devices: v.optional(v.unknown()),
  keyBefore: v.optional(v.unknown()),
  lastSeen: v.optional(v.unknown()),
});

const CALL = v.object({
  id: callId,
  peer: identityKey,
  peerName: v.string(),
  direction: v.picklist(['outgoing', 'incoming']),
  started: time,
  connected: v.exactOptional(time),
  ended: time,
  reason: v.picklist(END_REASONS),
  missed: v.boolean(),
  seen: v.boolean(),
});

const bytes = v.custom<Bytes>((given) => given instanceof Uint8Array);

/** Only the keys make an identity; with anything else gone the profile still counts, and is signed anew. */
const PROFILE = v.object({
  name: orElse(v.string(), ''),
  created: orElse(time, 0),
  wordsConfirmed: orElse(v.boolean(), false),
  certificate: orElse(bytes, new Uint8Array()),
  deviceList: orElse(bytes, new Uint8Array()),
});

/**
 * A choice about one's privacy: the default while it was never made; where it cannot be read, what shows least. Whoever
 * may have hidden does not become visible because of a broken disk.
 */
const guarded = (shows: boolean, unset: boolean) => v.optional(orElse(v.boolean(), shows), unset);

const SETTINGS = v.object({
  hideAddress: guarded(true, DEFAULT_SETTINGS.hideAddress),
  strangersMayRing: guarded(false, DEFAULT_SETTINGS.strangersMayRing),
  microphone: v.exactOptional(v.string()),
  speaker: v.exactOptional(v.string()),
  ringVolume: orElse(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), DEFAULT_SETTINGS.ringVolume),
  relays: orElse(few(relayAddress, CHOSEN_MAX), []),
  preferredRelays: orElse(few(relayId, CHOSEN_MAX), []),
  refusedRelays: orElse(few(relayId, REFUSED_MAX), []),
  iceServers: orElse(
    few(
      v.object({
        url: v.string(),
        username: v.exactOptional(v.string()),
        credential: v.exactOptional(v.string()),
      }),
      CHOSEN_MAX,
    ),
    [],
  ),
  sharePresence: guarded(false, DEFAULT_SETTINGS.sharePresence),
  dataSaver: orElse(v.boolean(), DEFAULT_SETTINGS.dataSaver),
});

const reader =
  <T>(schema: v.GenericSchema<unknown, T>) =>
  (row: unknown): T | undefined => {
    const read = v.safeParse(schema, row);
    return read.success ? read.output : undefined;
  };

const readContactRow = reader(CONTACT);

export function readContact(row: unknown): Contact | undefined {
  const read = readContactRow(row);
  if (read === undefined) return undefined;
  const { keyBefore, lastSeen, devices, ...contact } = read;
  return {
    ...contact,
    // A change of key that cannot be read is a change of key all the same, and goes on blocking calls.
    ...(keyBefore !== undefined && {
      keyBefore: v.is(identityKey, keyBefore) ? keyBefore : contact.key,
    }),
    ...(v.is(time, lastSeen) && { lastSeen }),
    // Without it no device counts as left out.
    ...(v.is(v.pipe(v.array(deviceKey), v.maxLength(DEVICES_MAX)), devices) && { devices }),
  };
}

export const readCall = reader<CallRecord>(CALL);
export const readProfile = reader<Profile>(PROFILE);

const readSettingsRow = reader<Settings>(SETTINGS);
/** Every choice of a row that is not even an object. */
const UNREADABLE = { hideAddress: 0, strangersMayRing: 0, sharePresence: 0 };

export const readSettings = (row: unknown): Settings =>
  readSettingsRow(row) ?? v.parse(SETTINGS, UNREADABLE);
