import { LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import { LOOKUP_PROTOCOL, RELAYS_PROTOCOL } from '#lib/protocol/names.ts';
import type { RelayDescriptor } from '#lib/protocol/relay-descriptor.ts';
import { RELAY_LIST } from '#lib/protocol/relay-list.ts';
import type { MemoryRelay } from './memory-relay.ts';
import type { DescribedRelay } from './relay-descriptors.ts';

/** What relays say of themselves, with these changes, in their order. */
export type SaidOfThemselves = readonly Partial<RelayDescriptor>[];

/** A relay passes on what these relays say of themselves. */
export function nameRelays(
  relay: MemoryRelay,
  relays: readonly DescribedRelay[],
  said: SaidOfThemselves,
): void {
  relay.answer(RELAYS_PROTOCOL, async () =>
    RELAY_LIST.encode({
      descriptors: await Promise.all(relays.map((one, at) => one.sealed(said[at]))),
    }),
  );
}

/** A relay answers lookups, and knows nobody. */
export function answerLookups(relay: MemoryRelay): void {
  relay.answer(LOOKUP_PROTOCOL, () => LOOKUP_RESPONSE.encode({ records: [] }));
}

/** A relay takes questions for people, and answers none. */
export function ignoreLookups(relay: MemoryRelay): void {
  relay.serve(LOOKUP_PROTOCOL, (channel) => {
    channel.close();
  });
}
