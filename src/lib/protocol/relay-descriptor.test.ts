import { describe, expect, test } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { TEST_EPOCH } from '#lib/testing/fake-clock.ts';
import { mutations } from '#lib/testing/mutations.ts';
import { describedRelay } from '#lib/testing/relay-descriptors.ts';
import { RELAY_DESCRIPTOR_MAX_BYTES, RELAY_DESCRIPTOR_TTL_MS } from './limits.ts';
import { openRelayDescriptor, RELAY_DESCRIPTOR, sealRelayDescriptor } from './relay-descriptor.ts';
import { sign, SIGNED } from './signed.ts';

const NOW = TEST_EPOCH;
const relay = await describedRelay(1);
const other = await describedRelay(2);

test('what a relay signs is read as it said it, for as long as it says', async () => {
  const sealed = await relay.sealed();
  expect(await openRelayDescriptor(sealed, NOW)).toEqual(relay.descriptor());
  expect(await openRelayDescriptor(sealed, NOW + RELAY_DESCRIPTOR_TTL_MS - 1)).toBeDefined();
  expect(await openRelayDescriptor(sealed, NOW + RELAY_DESCRIPTOR_TTL_MS)).toBeUndefined();
});

describe('is nothing', () => {
  test('signed by another relay', async () => {
    const forged = await sealRelayDescriptor(other.signer, relay.descriptor());
    expect(await openRelayDescriptor(forged, NOW)).toBeUndefined();
  });

  test('signed for another purpose', async () => {
    const signed = await sign(
      relay.signer,
      'woxly invite v1',
      RELAY_DESCRIPTOR,
      relay.descriptor(),
    );
    expect(await openRelayDescriptor(SIGNED.encode(signed), NOW)).toBeUndefined();
  });

  test.each([
    ['an address of another relay', { addresses: [relay.address, other.address] }],
    ['no address', { addresses: [] }],
    ['an address that is no relay’s', { addresses: ['/ip4/10.0.0.1/tcp/22' as RelayAddress] }],
    ['a life of hours', { expires: NOW + 2 * RELAY_DESCRIPTOR_TTL_MS + 1 }],
    ['an end before its beginning', { issued: NOW + 5, expires: NOW + 4 }],
  ])('with %s', async (_, part) => {
    expect(await openRelayDescriptor(await relay.sealed(part), NOW)).toBeUndefined();
  });

  test('when it is too large, cut, or changed in any bit', async () => {
    const sealed = await relay.sealed();
    expect(
      await openRelayDescriptor(new Uint8Array(RELAY_DESCRIPTOR_MAX_BYTES + 1), NOW),
    ).toBeUndefined();
    for (let length = 0; length < sealed.byteLength; length += 7) {
      expect(await openRelayDescriptor(sealed.slice(0, length), NOW)).toBeUndefined();
    }
    for (let seed = 0; seed < 200; seed += 1) {
      const mutated = mutations(seed);
      const changed = sealed.slice();
      const place = mutated.below(changed.byteLength);
      changed[place] = (changed[place] ?? 0) ^ (1 << mutated.below(8));
      const read = await openRelayDescriptor(changed, NOW);
      // A bit of what is not signed (a length in two ways) may change nothing of what was said.
      if (read !== undefined) expect(read).toEqual(relay.descriptor());
    }
  });
});
