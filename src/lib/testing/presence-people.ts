import type { Bytes } from '#lib/domain/bytes.ts';
import type { DeviceKey, IdentityKey, RelayAddress } from '#lib/domain/ids.ts';
import { signCertificate } from '#lib/protocol/device-certificate.ts';
import { signDeviceList } from '#lib/protocol/device-list.ts';
import { deviceKeyOf, identityKeyOf } from '#lib/protocol/key-text.ts';
import { PRESENCE_TTL_MS } from '#lib/protocol/limits.ts';
import { sealPresence } from '#lib/protocol/presence-record.ts';
import type { PresenceEnvelope, PresenceRecord } from '#lib/protocol/presence-record.ts';
import type { Signer } from '#lib/protocol/signed.ts';
import { signerNumber } from './signers.ts';

const DAY = 86_400_000;

/** Somebody of a test who says where they are. */
export interface PresencePerson {
  readonly key: IdentityKey;
  readonly identity: Signer;
  readonly device: DeviceKey;
  /** A record that this person signed, sealed under their key. */
  record(
    part: Partial<Omit<PresenceRecord, 'devices'>> & { issued: number; epoch?: number },
  ): Promise<PresenceEnvelope>;
}

let nonces = 0;

/** The person of a number, with one device, the next number's. Records name `relays` unless they say otherwise. */
export async function presencePerson(
  number: number,
  relays: readonly RelayAddress[],
): Promise<PresencePerson> {
  const [identity, device] = await Promise.all([signerNumber(number), signerNumber(number + 1)]);
  return {
    key: identityKeyOf(identity.publicKey),
    identity,
    device: deviceKeyOf(device.publicKey),
    async record({ issued, epoch = 1, ...part }) {
      const certificate = await signCertificate(identity, device, {
        deviceName: 'test',
        issued,
        expires: issued + 365 * DAY,
      });
      const devices = await signDeviceList(identity, { epoch, certificates: [certificate] });
      const expires = issued + PRESENCE_TTL_MS;
      nonces += 1;
      const nonce: Bytes = new Uint8Array(12);
      new DataView(nonce.buffer).setUint32(0, nonces);
      const record = { devices, relays, sequence: issued, issued, expires, ...part };
      return sealPresence(identity, record, nonce);
    },
  };
}
