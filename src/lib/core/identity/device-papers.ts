import { equalBytes } from '#lib/domain/bytes.ts';
import type { IdentityKey, Milliseconds } from '#lib/domain/ids.ts';
import type { Keys } from '#lib/ports/key-vault.ts';
import {
  DEVICE_CERTIFICATE,
  openCertificate,
  signCertificate,
} from '#lib/protocol/device-certificate.ts';
import {
  DEVICE_LIST,
  EPOCH_AHEAD_MAX_SECONDS,
  openDeviceList,
  signDeviceList,
} from '#lib/protocol/device-list.ts';
import { identityKeyOf } from '#lib/protocol/key-text.ts';
import { SIGNED } from '#lib/protocol/signed.ts';
import type { Signed } from '#lib/protocol/signed.ts';
import type { Profile } from '#lib/domain/profile.ts';

const DAY_MS = 86_400_000;
/** How long a device certificate is valid. A year: a device that was off for a summer still rings. */
export const CERTIFICATE_TTL_MS = 365 * DAY_MS;
/** A certificate with less time left is made anew: nobody should ever meet one in its last weeks. */
export const CERTIFICATE_RENEW_BEFORE_MS = 90 * DAY_MS;

/** What a device shows to prove whose it is. */
export interface DevicePapers {
  readonly certificate: Signed;
  readonly deviceList: Signed;
  readonly expires: Milliseconds;
  readonly epoch: number;
}

/**
 * Signs a certificate for this device and the list of devices with it alone. The epoch is the second of signing,
 * so that an identity restored elsewhere has a higher one without knowing the last; never below `above` + 1, unless
 * that one lies in the future, where nobody believes it.
 */
export async function signPapers(
  { identity, device }: Keys,
  deviceName: string,
  now: Milliseconds,
  above = 0,
): Promise<DevicePapers> {
  const expires = now + CERTIFICATE_TTL_MS;
  const certificate = await signCertificate(identity, device, { deviceName, issued: now, expires });
  const seconds = Math.floor(now / 1000);
  const epoch = above > seconds + EPOCH_AHEAD_MAX_SECONDS ? seconds : Math.max(seconds, above + 1);
  const deviceList = await signDeviceList(identity, { epoch, certificates: [certificate] });
  return { certificate, deviceList, expires, epoch };
}

/** The papers kept in a profile, or `undefined` if they are not, or no longer, those of these keys. */
export async function readPapers(
  keys: Keys,
  profile: Profile,
  now: Milliseconds,
): Promise<DevicePapers | undefined> {
  const certificate = SIGNED.decode(profile.certificate);
  const deviceList = SIGNED.decode(profile.deviceList);
  if (certificate === undefined || deviceList === undefined) return undefined;
  const opened = await openCertificate(certificate, now);
  const list = await openDeviceList(deviceList, keys.identity.publicKey, now);
  const own =
    opened !== undefined &&
    equalBytes(opened.identity, keys.identity.publicKey) &&
    equalBytes(opened.device, keys.device.publicKey);
  const named = list?.certificates.some((one) => equalBytes(one.device, keys.device.publicKey));
  if (!own || list === undefined || named !== true) return undefined;
  return { certificate, deviceList, expires: opened.expires, epoch: list.epoch };
}

/** The epoch that a kept device list claims, for signing a higher one; 0 if it cannot be read. */
export function keptEpoch(profile: Profile): number {
  const signed = SIGNED.decode(profile.deviceList);
  return (signed && DEVICE_LIST.decode(signed.payload)?.epoch) ?? 0;
}

/** Whose device the kept certificate says this was, whether or not it is still valid. */
export function keptIdentity(profile: Profile): IdentityKey | undefined {
  const signed = SIGNED.decode(profile.certificate);
  const certificate = signed && DEVICE_CERTIFICATE.decode(signed.payload);
  return certificate && identityKeyOf(certificate.identity);
}

/** Whether the papers should be signed anew: soon to expire, or issued by a clock that was far ahead. */
export function renewalDue({ expires }: DevicePapers, now: Milliseconds): boolean {
  return expires - now < CERTIFICATE_RENEW_BEFORE_MS || expires - now > CERTIFICATE_TTL_MS + DAY_MS;
}
