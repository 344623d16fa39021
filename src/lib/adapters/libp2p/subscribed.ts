import type { GossipSub } from '@libp2p/gossipsub';
import type { RelayId } from '#lib/domain/ids.ts';

/** How long a publication waits for a relay that subscribes to the topic, ms, and then for the others. */
const SUBSCRIBER_TIMEOUT_MS = 5_000;
const SUBSCRIBERS_MORE_MS = 400;

/** Resolves once all these relays are known to subscribe to a topic, a moment after the first one, or when that takes too long. */
export function subscribed(
  pubsub: GossipSub,
  topic: string,
  relays: () => readonly RelayId[],
): Promise<void> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(SUBSCRIBER_TIMEOUT_MS);
    let more: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      clearTimeout(more);
      pubsub.removeEventListener('subscription-change', look);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const look = () => {
      const subscribers = new Set(pubsub.getSubscribers(topic).map(String));
      const wanted = relays();
      const there = wanted.filter((relay) => subscribers.has(relay));
      if (there.length === 0) return;
      if (there.length === wanted.length) end();
      else more ??= setTimeout(end, SUBSCRIBERS_MORE_MS);
    };
    pubsub.addEventListener('subscription-change', look);
    signal.addEventListener('abort', end, { once: true });
    look();
  });
}
