import { TopicValidatorResult } from '@libp2p/gossipsub';
import type { GossipSub } from '@libp2p/gossipsub';
import type { Bytes } from '#lib/domain/bytes.ts';

/** Hears gossipsub topics. Returned by {@link topicEar}. */
export type Subscribe = (topic: string, onMessage: (message: Bytes) => void) => () => void;

/**
 * Subscribes to topics as a leaf: messages are handed over where gossipsub asks whether they are valid, and the answer
 * is "ignore", which it neither punishes nor forwards. A phone does not carry other people's gossip, and a peer that
 * sends nonsense cannot make it pass on any.
 */
export function topicEar(pubsub: GossipSub): Subscribe {
  const listeners = new Map<string, Set<(message: Bytes) => void>>();

  return (topic, onMessage) => {
    const own = (message: Bytes) => {
      onMessage(message);
    };
    const others = listeners.get(topic);
    if (others === undefined) {
      const first = new Set([own]);
      listeners.set(topic, first);
      pubsub.topicValidators.set(topic, (_, { data }) => {
        for (const listener of first) listener(data.slice());
        return TopicValidatorResult.Ignore;
      });
      pubsub.subscribe(topic);
    } else {
      others.add(own);
    }
    return () => {
      const all = listeners.get(topic);
      if (all?.delete(own) !== true || all.size > 0) return;
      listeners.delete(topic);
      pubsub.topicValidators.delete(topic);
      pubsub.unsubscribe(topic);
    };
  };
}
