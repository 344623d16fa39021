import { TopicValidatorResult } from '@libp2p/gossipsub';
import type { GossipSub, Message } from '@libp2p/gossipsub';
import { RELAYS_TOPIC } from '#lib/protocol/names.ts';
import type { DescriptorOutcome, Directory } from './directory.ts';
import {
  DESCRIPTORS_FORWARDED_PER_MINUTE,
  DESCRIPTORS_PER_MINUTE,
  REPUBLISH_AFTER_MS,
  REPUBLISH_EVERY_MS,
} from '../limits/limits.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Neighbours } from './neighbours.ts';
import type { OwnDescriptor } from './own-descriptor.ts';
import { createRateLimit } from '../limits/rate-limit.ts';

type TopicOutcome = DescriptorOutcome | 'not-its-own' | 'too-often';

/**
 * The directory as gossip: descriptors of others are kept and passed on, each by the key that signed it; the own one
 * goes out when it is new, and once more after somebody has subscribed, because gossip has no history.
 */
export function serveRelaysTopic(
  gossip: GossipSub,
  init: {
    readonly directory: Pick<Directory, 'take'>;
    readonly own: OwnDescriptor;
    readonly neighbours: Pick<Neighbours, 'has'>;
    readonly metrics: Metrics;
    /** A clock that never goes back, ms. */
    readonly now: () => number;
  },
): { renew(): Promise<void>; sweep(): void; stop(): void } {
  const { own, neighbours, now } = init;
  const direct = createRateLimit({ perMinute: DESCRIPTORS_PER_MINUTE, now });
  const forwarded = createRateLimit({ perMinute: DESCRIPTORS_FORWARDED_PER_MINUTE, now });

  const take = async (message: Message, source: string): Promise<TopicOutcome> => {
    if (message.type !== 'signed' || message.from.type !== 'Ed25519') return 'malformed';
    const from = message.from.toString();
    const isNeighbour = neighbours.has(source);
    if (!isNeighbour && from !== source) return 'not-its-own';
    if (!(isNeighbour ? forwarded : direct).take(source)) return 'too-often';
    return init.directory.take(message.data, from, source);
  };

  gossip.topicValidators.set(RELAYS_TOPIC, async (source, message) => {
    const outcome = await take(message, source.toString());
    init.metrics.descriptors.inc({ outcome });
    if (outcome === 'kept') return TopicValidatorResult.Accept;
    // Not worth more than that even from a neighbour: a clock that is wrong looks the same.
    return outcome === 'malformed' || outcome === 'other-relay'
      ? TopicValidatorResult.Reject
      : TopicValidatorResult.Ignore;
  });

  const publish = (): void => {
    if (own.sealed !== undefined) gossip.publish(RELAYS_TOPIC, own.sealed).catch(() => {});
  };

  let waiting: ReturnType<typeof setTimeout> | undefined;
  let publishedAt = -REPUBLISH_EVERY_MS;
  const onSubscription = ({ detail }: CustomEvent<SubscriptionChange>): void => {
    const isNew = detail.subscriptions.some(
      ({ topic, subscribe }) => topic === RELAYS_TOPIC && subscribe,
    );
    if (!isNew || waiting !== undefined) return;
    const pause = Math.max(REPUBLISH_AFTER_MS, publishedAt + REPUBLISH_EVERY_MS - now());
    waiting = setTimeout(() => {
      waiting = undefined;
      publishedAt = now();
      publish();
    }, pause);
  };
  gossip.addEventListener('subscription-change', onSubscription);
  gossip.subscribe(RELAYS_TOPIC);

  return {
    async renew() {
      if ((await own.renew()) === 'renewed') publish();
    },
    sweep() {
      direct.sweep();
      forwarded.sweep();
    },
    stop() {
      clearTimeout(waiting);
      gossip.removeEventListener('subscription-change', onSubscription);
    },
  };
}

interface SubscriptionChange {
  readonly subscriptions: readonly { readonly topic: string; readonly subscribe: boolean }[];
}
