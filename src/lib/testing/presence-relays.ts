import { equalBytes } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import { LOOKUP_REQUEST, LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import { LOOKUP_PROTOCOL, PRESENCE_TOPIC, RELAYS_PROTOCOL } from '#lib/protocol/names.ts';
import { PRESENCE_ENVELOPE } from '#lib/protocol/presence-record.ts';
import type { PresenceEnvelope } from '#lib/protocol/presence-record.ts';
import { RELAY_LIST } from '#lib/protocol/relay-list.ts';
import { TEST_EPOCH } from './fake-clock.ts';
import type { MemoryNetwork, MemoryRelay } from './memory-network.ts';
import { describedRelay } from './relay-descriptors.ts';
import type { DescribedRelay } from './relay-descriptors.ts';

/** A relay of a network of relays that tell each other everything. */
export interface PresenceRelay extends DescribedRelay {
  readonly relay: MemoryRelay;
}

/** Records that were published at any of these relays under these tags. */
export function recordsAt(
  relays: readonly { readonly relay: MemoryRelay }[],
  tags?: readonly Uint8Array[],
): readonly PresenceEnvelope[] {
  return relays
    .flatMap(({ relay }) => relay.published)
    .filter(({ topic }) => topic === PRESENCE_TOPIC)
    .flatMap(({ message }) => PRESENCE_ENVELOPE.decode(message) ?? [])
    .filter(({ tag }) => tags?.some((asked) => equalBytes(asked, tag)) ?? true);
}

/** Relays that pass on what is published, answer lookups for all, and name each other. `now`: when they say so. */
export async function presenceRelays(
  network: MemoryNetwork,
  count: number,
  now = TEST_EPOCH,
): Promise<readonly PresenceRelay[]> {
  const relays = await Promise.all(
    Array.from({ length: count }, async (_, number) => {
      const described = await describedRelay(100 + number);
      return { ...described, relay: network.relay(described.address) };
    }),
  );
  for (const { relay } of relays) {
    const lookUp = (request: Bytes) =>
      LOOKUP_RESPONSE.encode({
        records: recordsAt(relays, LOOKUP_REQUEST.decode(request)?.tags ?? []).slice(-4),
      });
    relay.answer(LOOKUP_PROTOCOL, lookUp);
    relay.serve(LOOKUP_PROTOCOL, (channel) => {
      channel.listen({
        onFrame: (frame) => {
          channel.send(lookUp(frame));
        },
        onClose: () => undefined,
      });
    });
    relay.answer(RELAYS_PROTOCOL, async () =>
      RELAY_LIST.encode({
        descriptors: await Promise.all(relays.map((one) => one.sealed({ issued: now }))),
      }),
    );
  }
  return relays;
}
