import { equalBytes } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import {
  openCertificate,
  SIGNED_CERTIFICATE,
  SIGNED_CERTIFICATE_MAX_BYTES,
} from './device-certificate.ts';
import type { DeviceCertificate } from './device-certificate.ts';
import { DEVICES_MAX } from './limits.ts';
import { DOMAIN } from './names.ts';
import { open, sign } from './signed.ts';
import type { Signed, Signer } from './signed.ts';
import { nested, repeated, required, struct, uint } from './struct.ts';
import type { Of } from './struct.ts';

/** All devices of a person, signed by the identity key. A list with a lower epoch than one seen is refused. */
export const DEVICE_LIST = struct({
  epoch: required(1, uint()),
  certificates: repeated(2, nested(SIGNED_CERTIFICATE, SIGNED_CERTIFICATE_MAX_BYTES), DEVICES_MAX),
});
export type DeviceList = Of<typeof DEVICE_LIST>;

/** An epoch, a time in seconds, may lie this far ahead, s: one from a clock that was years ahead could never be replaced. */
export const EPOCH_AHEAD_MAX_SECONDS = 86_400;

export const SIGNED_DEVICE_LIST_MAX_BYTES = DEVICES_MAX * SIGNED_CERTIFICATE_MAX_BYTES + 256;

export interface OpenedDeviceList {
  readonly epoch: number;
  readonly certificates: readonly DeviceCertificate[];
}

export function signDeviceList(identity: Signer, list: DeviceList): Promise<Signed> {
  return sign(identity, DOMAIN.deviceList, DEVICE_LIST, list);
}

/** The list if `identity` signed it, and not in the future; certificates that expired or name another identity are left out. */
export async function openDeviceList(
  signed: Signed,
  identity: Bytes,
  now: number,
): Promise<OpenedDeviceList | undefined> {
  const list = await open(signed, identity, DOMAIN.deviceList, DEVICE_LIST);
  if (list === undefined || list.epoch > now / 1_000 + EPOCH_AHEAD_MAX_SECONDS) return undefined;
  const opened = await Promise.all(list.certificates.map((one) => openCertificate(one, now)));
  const certificates = opened.filter(
    (one) => one !== undefined && equalBytes(one.identity, identity),
  ) as DeviceCertificate[];
  return { epoch: list.epoch, certificates };
}
