import type { Contact } from '#lib/domain/contact.ts';
import type { RelayAddress, RelayId } from '#lib/domain/ids.ts';
import type { Settings } from '#lib/domain/settings.ts';
import { relayIdOfKey } from '#lib/protocol/key-text.ts';
import { RELAY_ADDRESSES_MAX } from '#lib/protocol/limits.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import type { RelayDescriptor } from '#lib/protocol/relay-descriptor.ts';
import { mayCall } from '../contacts/may-call.ts';
import type { RelayView } from './reachability.ts';
import { networkOf } from './network-of.ts';
import type { Tier } from './rank-relays.ts';

/** A relay that reservations may be held on. */
export interface WantedRelay {
  readonly id: RelayId;
  /** Best first; each failure goes on to the next. */
  readonly addresses: readonly [RelayAddress, ...RelayAddress[]];
  readonly origin: RelayView['origin'];
  readonly tier: Tier;
  /** Who runs it, as far as it says, and the network it is in. */
  readonly operators: readonly string[];
  /** What it says of itself. */
  readonly descriptor?: RelayDescriptor;
}

/** Everything that names relays. */
export interface RelaySources {
  readonly page: readonly RelayAddress[];
  /** Relays that served last time. */
  readonly remembered: readonly RelayAddress[];
  readonly directory: readonly RelayDescriptor[];
  readonly contacts: readonly Contact[];
  readonly settings: Settings;
  /** Whether this browser can and may dial an address. */
  readonly mayDial: (address: RelayAddress) => boolean;
}

type Origin = WantedRelay['origin'];

/** All relays that may be used, each once, with everything that is known of it. */
export function candidates(sources: RelaySources): readonly WantedRelay[] {
  const { page, remembered, directory, contacts, settings, mayDial } = sources;
  const named = new Map<RelayId, Map<Origin, RelayAddress[]>>();
  const name = (origin: Origin, addresses: readonly RelayAddress[]): void => {
    for (const address of addresses) {
      const id = relayIdOf(address);
      if (settings.refusedRelays.includes(id) || !mayDial(address)) continue;
      const origins = named.get(id) ?? new Map<Origin, RelayAddress[]>();
      named.set(id, origins.set(origin, [...(origins.get(origin) ?? []), address]));
    }
  };
  name('page', page);
  name('own', settings.relays);
  for (const { addresses } of directory) name('directory', addresses);
  name('directory', remembered);
  // Whom we hide our address from does not name relays that get to see it; of everybody, unless there are no others.
  const fromAll = !settings.hideAddress || named.size === 0;
  for (const contact of contacts) {
    if (mayCall(contact) && fromAll && !contact.hideAddress) name('invite', contact.hints.relays);
  }
  const descriptors = new Map(directory.map((one) => [relayIdOfKey(one.relay), one]));
  return [...named].flatMap(
    ([id, origins]) =>
      wanted(id, origins, descriptors.get(id), settings.preferredRelays.includes(id)) ?? [],
  );
}

function wanted(
  id: RelayId,
  origins: ReadonlyMap<Origin, readonly RelayAddress[]>,
  descriptor: RelayDescriptor | undefined,
  preferred: boolean,
): WantedRelay | undefined {
  const origin =
    (['page', 'own', 'directory'] as const).find((one) => origins.has(one)) ?? 'invite';
  const of = (one: Origin) => origins.get(one) ?? [];
  // Where others know a relay, an invite does not say where it is.
  const known = [...of('own'), ...of('page'), ...of('directory')];
  const [best, ...others] = new Set(known.length > 0 ? known : of('invite'));
  if (best === undefined) return undefined;
  return {
    id,
    addresses: [best, ...others.slice(0, RELAY_ADDRESSES_MAX - 1)],
    origin,
    tier: preferred ? 'preferred' : origins.has('own') ? 'own' : origin,
    operators: [networkOf(best), ...(descriptor?.operator ? [`name ${descriptor.operator}`] : [])],
    ...(descriptor && { descriptor }),
  };
}
