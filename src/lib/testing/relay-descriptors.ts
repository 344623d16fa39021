import type { Bytes } from '#lib/domain/bytes.ts';
import type { RelayAddress, RelayId } from '#lib/domain/ids.ts';
import { relayIdOfKey } from '#lib/protocol/key-text.ts';
import { RELAY_DESCRIPTOR_TTL_MS } from '#lib/protocol/limits.ts';
import { sealRelayDescriptor } from '#lib/protocol/relay-descriptor.ts';
import type { RelayDescriptor } from '#lib/protocol/relay-descriptor.ts';
import type { Signer } from '#lib/protocol/signed.ts';
import { TEST_EPOCH } from './fake-clock.ts';
import { signerNumber } from './signers.ts';

/** A relay of a test that describes itself: the same number is the same relay. */
export interface DescribedRelay {
  readonly signer: Signer;
  readonly id: RelayId;
  /** Where it is. */
  readonly address: RelayAddress;
  /** What it says of itself, with these changes. */
  descriptor(part?: Partial<RelayDescriptor>): RelayDescriptor;
  /** The same, signed. */
  sealed(part?: Partial<RelayDescriptor>): Promise<Bytes>;
}

export async function describedRelay(
  number: number,
  host = `relay-${number}.network-${number}.example`,
): Promise<DescribedRelay> {
  const signer = await signerNumber(number);
  const id = relayIdOfKey(signer.publicKey);
  const address = `/dns4/${host}/tcp/443/tls/ws/p2p/${id}` as RelayAddress;
  const descriptor = (part: Partial<RelayDescriptor> = {}): RelayDescriptor => {
    const issued = part.issued ?? TEST_EPOCH;
    return {
      relay: signer.publicKey,
      addresses: [address],
      operator: `Operator ${number}`,
      version: '1.2.3',
      reservationsMax: 1000,
      reservations: 10,
      turn: true,
      shards: 1,
      issued,
      expires: issued + RELAY_DESCRIPTOR_TTL_MS,
      ...part,
    };
  };
  return {
    signer,
    id,
    address,
    descriptor,
    sealed: (part) => sealRelayDescriptor(signer, descriptor(part)),
  };
}
