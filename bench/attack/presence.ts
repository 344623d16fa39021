import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Connection } from '@libp2p/interface';
import { lpStream } from '@libp2p/utils';
import { multiaddr } from '@multiformats/multiaddr';
import {
  PRESENCE_MAX_BYTES,
  PRESENCE_TAG_BYTES,
  PRESENCE_TTL_MS,
  WATCH_TAGS_MAX,
} from '#lib/protocol/limits.ts';
import { PRESENCE_TOPIC, WATCH_PROTOCOL } from '#lib/protocol/names.ts';
import { PRESENCE_ENVELOPE } from '#lib/protocol/presence-record.ts';
import { WATCH_REQUEST } from '#lib/protocol/watch.ts';
import { withoutEnd } from './attack.ts';
import type { Attack } from './attack.ts';
import { aPublisher } from './stranger.ts';

const PUBLISHERS = 16;
/** Records that one publishes with each of its watches, and watches until it goes on under a new key. */
const RECORDS = 8;
const WATCHES = 8;
const POLL_MS = 20;
const TOPIC = PRESENCE_TOPIC;

const random = (length: number) => new Uint8Array(randomBytes(length));
const aRecord = (): Uint8Array =>
  PRESENCE_ENVELOPE.encode({
    tag: random(PRESENCE_TAG_BYTES),
    expires: Date.now() + PRESENCE_TTL_MS,
    nonce: random(12),
    sealed: random(PRESENCE_MAX_BYTES - 512),
  });

async function watch(connection: Connection): Promise<void> {
  const tags = Array.from({ length: WATCH_TAGS_MAX }, () => random(PRESENCE_TAG_BYTES));
  await lpStream(await connection.newStream(WATCH_PROTOCOL)).write(WATCH_REQUEST.encode({ tags }));
}

/** Publishes records of the full size and watches as much as one may, under a new key before the last one is used up. */
export const presenceFlood: Attack = ({ relay }, onCut) =>
  withoutEnd(PUBLISHERS, async () => {
    const publisher = await aPublisher();
    const { gossip } = publisher.services;
    try {
      const connection = await publisher.dial(multiaddr(relay));
      while (connection.status === 'open' && gossip.getSubscribers(TOPIC).length === 0)
        await wait(POLL_MS);
      for (let count = 0; count < WATCHES && connection.status === 'open'; count += 1) {
        const records = Array.from({ length: RECORDS }, () => gossip.publish(TOPIC, aRecord()));
        await Promise.allSettled([...records, watch(connection)]);
      }
      if (connection.status !== 'open') onCut();
    } finally {
      await publisher.stop();
    }
  });
