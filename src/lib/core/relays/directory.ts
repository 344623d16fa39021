import { createBucket } from '#lib/domain/bucket.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import type { RelayAddress, RelayId } from '#lib/domain/ids.ts';
import type { Scope } from '#lib/domain/scope.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import { relayIdOfKey } from '#lib/protocol/key-text.ts';
import { RELAYS_PROTOCOL, RELAYS_TOPIC } from '#lib/protocol/names.ts';
import { openRelayDescriptor } from '#lib/protocol/relay-descriptor.ts';
import type { RelayDescriptor } from '#lib/protocol/relay-descriptor.ts';
import { RELAY_LIST, RELAY_LIST_REQUEST } from '#lib/protocol/relay-list.ts';
import { limited } from '../limited.ts';
import { Watchers } from '../watchable.ts';
import type { Watchable } from '../watchable.ts';
import { networkOf } from './network-of.ts';

/** Descriptors kept. Two or three relays are used at once; more is choice enough. */
export const DIRECTORY_MAX = 64;
/**
 * Descriptors kept of one network (an address block or a registered name): keys cost nothing, so that one person could
 * fill the directory; names and addresses cost something.
 */
export const DIRECTORY_PER_NETWORK = 8;
/** Messages of the topic that are checked in a minute: 64 relays say something every ten. Signatures cost time. */
export const MESSAGES_PER_MINUTE = 120;
/** How long a relay may take to name the others, ms. */
const ANSWER_TIMEOUT_MS = 5_000;

export interface DirectoryPorts {
  readonly clock: Clock;
  readonly network: Pick<PeerNetwork, 'ask' | 'subscribe'>;
  readonly scope: Scope;
}

/** Which relays there are, as they say themselves: verified, the newest of each, and not yet expired. */
export interface RelayDirectory extends Watchable {
  readonly all: readonly RelayDescriptor[];
  /** What the relay says of itself. */
  of(relay: RelayId): RelayDescriptor | undefined;
  /** Asks each of these relays for those it knows, once for as long as it stays among them. */
  askOnce(reserved: readonly RelayAddress[]): void;
  /** Asks them all again: what they told in a wrong time was thrown away. */
  askAgain(reserved: readonly RelayAddress[]): void;
}

/**
 * Collects relay descriptors from the gossip topic and from the relays in use. Whoever gossips is not trusted: a
 * descriptor counts if the relay that it names signed it. Those who come first stay, whatever comes later.
 */
export function createDirectory({ clock, network, scope }: DirectoryPorts): RelayDirectory {
  const watchers = new Watchers();
  const byId = new Map<RelayId, RelayDescriptor>();
  const over = new AbortController();
  let asked = new Set<RelayAddress>();
  const budget = createBucket({
    most: MESSAGES_PER_MINUTE,
    perSecond: MESSAGES_PER_MINUTE / 60,
    now: () => clock.now(),
  });

  scope.add(() => {
    over.abort();
  });
  scope.add(
    network.subscribe(RELAYS_TOPIC, (message) => {
      if (budget.take()) void take(message);
    }),
  );

  return {
    watch: watchers.watch,
    get all() {
      return [...byId.values()].filter(isFresh);
    },
    of(relay) {
      const found = byId.get(relay);
      return found && isFresh(found) ? found : undefined;
    },
    askOnce(reserved) {
      const fresh = reserved.filter((relay) => !asked.has(relay));
      asked = new Set(reserved);
      for (const relay of fresh) void ask(relay);
    },
    askAgain(reserved) {
      asked = new Set();
      this.askOnce(reserved);
    },
  };

  async function ask(relay: RelayAddress): Promise<void> {
    const { signal, end } = limited(clock, ANSWER_TIMEOUT_MS, over.signal);
    try {
      const question = RELAY_LIST_REQUEST.encode({});
      const answer = RELAY_LIST.decode(await network.ask(relay, RELAYS_PROTOCOL, question, signal));
      for (const descriptor of answer?.descriptors ?? []) await take(descriptor);
    } catch {
      // It knows of none, or is gone: the others are asked, and the topic tells the rest.
    } finally {
      end();
    }
  }

  async function take(message: Bytes): Promise<void> {
    const descriptor = await openRelayDescriptor(message, clock.now());
    if (descriptor === undefined || over.signal.aborted) return;
    const id = relayIdOfKey(descriptor.relay);
    const known = byId.get(id);
    if (known !== undefined && known.issued >= descriptor.issued) return;
    if (!hasRoom(id, descriptor)) return;
    byId.set(id, descriptor);
    watchers.changed();
  }

  function hasRoom(id: RelayId, descriptor: RelayDescriptor): boolean {
    for (const [other, kept] of byId) if (!isFresh(kept)) byId.delete(other);
    const others = [...byId].filter(([other]) => other !== id).map(([, kept]) => kept);
    const [here] = descriptor.addresses.map(networkOf);
    const near = others.filter(({ addresses }) => addresses.map(networkOf)[0] === here);
    return others.length < DIRECTORY_MAX && near.length < DIRECTORY_PER_NETWORK;
  }

  function isFresh({ expires }: RelayDescriptor): boolean {
    return expires > clock.now();
  }
}
