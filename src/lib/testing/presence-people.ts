import type { Bytes } from '#lib/domain/bytes.ts';
import type { DeviceKey, IdentityKey, RelayAddress } from '#lib/domain/ids.ts';
import { signCertificate } from '#lib/protocol/device-certificate.ts';
import { signDeviceList } from '#lib/protocol/device-list.ts';
import { deviceKeyOf, identityKeyOf, publicKeyOf } from '#lib/protocol/key-text.ts';
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
  /** Another device of theirs, in the list only where a record asks for it. */
  readonly tablet: DeviceKey;
  /** A record that this person signed, sealed under their key; `from`: the device that it names. */
  record(
    part: Partial<Omit<PresenceRecord, 'devices' | 'device'>> & {
      issued: number;
      epoch?: number;
      withTablet?: boolean;
      from?: DeviceKey;
    },
  ): Promise<PresenceEnvelope>;
}

let nonces = 0;

/** The person of a number, with one device, the next number's, and perhaps a tablet. Records name `relays` unless they say otherwise. */
export async function presencePerson(
  number: number,
  relays: readonly RelayAddress[],
): Promise<PresencePerson> {
  const [identity, device, tablet] = await Promise.all(
    [number, number + 1, number + 1_000].map(signerNumber),
  );
  if (!identity || !device || !tablet) throw new TypeError('three were asked for');
  return {
    key: identityKeyOf(identity.publicKey),
    identity,
    device: deviceKeyOf(device.publicKey),
    tablet: deviceKeyOf(tablet.publicKey),
    async record({ issued, epoch = 1, withTablet = false, from, ...part }) {
      const expiring = { deviceName: 'test', issued, expires: issued + 365 * DAY };
      const certificates = await Promise.all(
        (withTablet ? [device, tablet] : [device]).map((one) =>
          signCertificate(identity, one, expiring),
        ),
      );
      const devices = await signDeviceList(identity, { epoch, certificates });
      const expires = issued + PRESENCE_TTL_MS;
      nonces += 1;
      const nonce: Bytes = new Uint8Array(12);
      new DataView(nonce.buffer).setUint32(0, nonces);
      const named = from && { device: publicKeyOf(from) };
      const record = { devices, relays, sequence: issued, issued, expires, ...part, ...named };
      return sealPresence(identity, record, nonce);
    },
  };
}
