import { signingInput, verifyEd25519 } from './crypto.ts';
import { DOMAIN } from './names.ts';
import {
  CERTIFICATE_TTL_MAX_MS,
  NAME_MAX_BYTES,
  PUBLIC_KEY_BYTES,
  SIGNATURE_BYTES,
} from './limits.ts';
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
  /**
   * The device's own signature over the identity key: nobody can certify a device of somebody else as theirs. It says
   * nothing of times, so that another device of the person can renew the certificate.
   */
  consent: required(6, bytes(SIGNATURE_BYTES, 'exact')),
});
export type DeviceCertificate = Of<typeof DEVICE_CERTIFICATE>;

/** A signed certificate as it travels: the largest is below 1 KiB. */
export const SIGNED_CERTIFICATE_MAX_BYTES = 1024;

/** Certifies a device, which consents. */
export async function signCertificate(
  identity: Signer,
  device: Signer,
  about: Pick<DeviceCertificate, 'deviceName' | 'issued' | 'expires'>,
): Promise<Signed> {
  const consent = await device.sign(signingInput(DOMAIN.deviceConsent, identity.publicKey));
  return sign(identity, DOMAIN.certificate, DEVICE_CERTIFICATE, {
    identity: identity.publicKey,
    device: device.publicKey,
    ...about,
    consent,
  });
}

/**
 * The certificate if the identity and the device that it names both signed it and it is valid at `now`, for no longer
 * than any honest one, else `undefined`.
 */
export async function openCertificate(
  signed: Signed,
  now: number,
): Promise<DeviceCertificate | undefined> {
  const claimed = DEVICE_CERTIFICATE.decode(signed.payload);
  if (claimed === undefined || claimed.expires <= now) return undefined;
  if (claimed.expires - claimed.issued > CERTIFICATE_TTL_MAX_MS) return undefined;
  const { identity, device, consent } = claimed;
  const [certificate, consents] = await Promise.all([
    open(signed, identity, DOMAIN.certificate, DEVICE_CERTIFICATE),
    verifyEd25519(device, signingInput(DOMAIN.deviceConsent, identity), consent),
  ]);
  return consents ? certificate : undefined;
}

export { SIGNED as SIGNED_CERTIFICATE };
