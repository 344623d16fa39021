import { DOMAIN } from './names.ts';
import { NAME_MAX_BYTES, PUBLIC_KEY_BYTES } from './limits.ts';
import { open, sign, SIGNED } from './signed.ts';
import type { Signed, Signer } from './signed.ts';
import { bytes, required, struct, text, uint } from './struct.ts';
import type { Of } from './struct.ts';

/** Says that a device belongs to a person; signed by the person's identity key. Times in ms since 1970. */
export const DEVICE_CERTIFICATE = struct({
  identity: required(1, bytes(PUBLIC_KEY_BYTES, 'exact')),
  device: required(2, bytes(PUBLIC_KEY_BYTES, 'exact')),
  deviceName: required(3, text(NAME_MAX_BYTES)),
  issued: required(4, uint()),
  expires: required(5, uint()),
});
export type DeviceCertificate = Of<typeof DEVICE_CERTIFICATE>;

/** A signed certificate as it travels: the largest is below 1 KiB. */
export const SIGNED_CERTIFICATE_MAX_BYTES = 1024;

export function signCertificate(identity: Signer, certificate: DeviceCertificate): Promise<Signed> {
  return sign(identity, DOMAIN.certificate, DEVICE_CERTIFICATE, certificate);
}

/** The certificate if the identity it names signed it and it is valid at `now`, else `undefined`. */
export async function openCertificate(
  signed: Signed,
  now: number,
): Promise<DeviceCertificate | undefined> {
  const claimed = DEVICE_CERTIFICATE.decode(signed.payload);
  if (claimed === undefined || claimed.expires <= now) return undefined;
  return open(signed, claimed.identity, DOMAIN.certificate, DEVICE_CERTIFICATE);
}

export { SIGNED as SIGNED_CERTIFICATE };
