import { setImmediate as breath } from 'node:timers/promises';
import type { Connection } from '@libp2p/interface';
import { expect, test } from 'vitest';
import { PRESENCE_MAX_BYTES, PRESENCE_TAG_BYTES, WATCH_TAGS_MAX } from '#lib/protocol/limits.ts';
import { LOOKUP_PROTOCOL, WATCH_PROTOCOL } from '#lib/protocol/names.ts';
import { GOSSIP_RPC_MAX_BYTES, WATCHED_TAGS_PER_ADDRESS } from '../src/limits/limits.ts';
import type { Relay } from '../src/start-relay.ts';
import { eventually } from './eventually.ts';
import { anEnvelope, PRESENCE, publish, random, watch } from './network.ts';
import { aPeer, aProxy, aRelay, connect, lookUp, metric } from './peers.ts';
import type { Peer } from './peers.ts';

/** All that presence can be flooded with, at once, beside somebody who publishes and somebody who looks for them. */

/** What the first two addresses can fill: the third takes from them. */
const MEMORY_BYTES = 128 * 1024;
const FLOODED_FROM = ['203.0.113.1', '203.0.113.2', '203.0.113.3'];
const WATCHED_FROM = '203.0.113.4';
const HONEST_FROM = '203.0.113.5';
/** Of each address: their four records each are more than an address may have. */
const WRITERS = 3;
/** One more than may watch as much as one can. */
const WATCHERS = WATCHED_TAGS_PER_ADDRESS / WATCH_TAGS_MAX + 1;
/** How often the honest publish anew meanwhile. */
const ROUNDS = 5;

const received = (outcome: string) => `woxly_presence_received_total{outcome="${outcome}"}`;
const dropped = (protocol: string, reason: string) =>
  `woxly_streams_dropped_total{protocol="${protocol}",reason="${reason}"}`;

interface Client {
  readonly peer: Peer;
  readonly connection: Connection;
}

/** A peer with a key of its own that may publish. */
async function aClient(at: Pick<Relay, 'multiaddrs'>): Promise<Client> {
  const peer = await aPeer();
  const connection = await connect(peer, at);
  const { gossip } = peer.services;
  await eventually(() => expect(gossip.getSubscribers(PRESENCE)).toHaveLength(1), 10_000);
  return { peer, connection };
}

const someTags = (count: number) => Array.from({ length: count }, () => random(PRESENCE_TAG_BYTES));

/** Nearly as large as a record may be, so that the last one of the memory leaves no room for another. */
const aRecord = (tag = random(PRESENCE_TAG_BYTES)) =>
  anEnvelope({ tag, sealed: random(PRESENCE_MAX_BYTES - 512) });

const write = ({ peer }: Client) => publish(peer, aRecord());

/** As many tags as one may watch, for as long as it may. */
async function watchAll({ connection }: Client): Promise<void> {
  const { stream } = await watch(connection, someTags(WATCH_TAGS_MAX));
  await new Promise((resolve) => stream.addEventListener('close', resolve));
}

const NO_REQUEST = Uint8Array.of(3, 0xff, 0xff, 0xff);
const TOO_LONG = Uint8Array.of(0xff, 0xff, 0x7f);
const send = async ({ connection }: Client, protocol: string, frame: Uint8Array) =>
  (await connection.newStream([protocol])).send(frame);

/** Each kind once; the last one costs the stream of gossip. */
async function garble(client: Client): Promise<void> {
  const { gossip } = client.peer.services;
  for (const protocol of [WATCH_PROTOCOL, LOOKUP_PROTOCOL]) {
    for (const frame of [NO_REQUEST, TOO_LONG]) await send(client, protocol, frame);
  }
  await gossip.publish(PRESENCE, Uint8Array.of(1, 2, 3));
  await gossip.publish(PRESENCE, new Uint8Array(GOSSIP_RPC_MAX_BYTES + 1));
}

/** Does something over and over, until the relay cuts the connection or the test is over. */
async function untilCut(client: Client, once: (client: Client) => Promise<unknown>): Promise<void> {
  while (client.connection.status === 'open') {
    await once(client).catch(() => undefined);
    await breath();
  }
}

test('a flood of records, watches and garbage gets its share, and who publishes beside it is found and heard of', async () => {
  const relay = await aRelay({ trustedProxy: ['127.0.0.1'], presenceBytes: MEMORY_BYTES });
  const many = async (count: number, address: string): Promise<Client[]> => {
    const at = await aProxy(relay, address);
    return Promise.all(Array.from({ length: count }, () => aClient(at)));
  };
  const grows = (series: string, from = 0) =>
    eventually(
      async () => expect(await metric(relay, series), series).toBeGreaterThan(from),
      10_000,
    );
  const flood = (clients: readonly Client[], once: (client: Client) => Promise<unknown>): void => {
    for (const client of clients) void untilCut(client, once);
  };

  const [first = [], ...others] = await Promise.all(
    FLOODED_FROM.map((address) => many(WRITERS, address)),
  );
  flood(first, write);
  await grows(received('address-full'));
  flood(others.flat(), write);
  await grows(received('memory-full'));
  flood(await many(WATCHERS, WATCHED_FROM), watchAll);
  flood(await many(1, WATCHED_FROM), garble);
  await grows(dropped('watch', 'too-many-streams'));

  const [bob, alice] = await many(2, HONEST_FROM);
  if (bob === undefined || alice === undefined) throw new Error('two were asked for');
  const tag = random(PRESENCE_TAG_BYTES);
  const watching = await watch(alice.connection, [tag]);
  const wrote = await metric(relay, received('too-often'));
  for (let round = 0; round < ROUNDS; round += 1) {
    const envelope = aRecord(tag);
    await publish(bob.peer, envelope);
    expect((await watching.next()).records).toEqual([envelope]);
    expect(await lookUp(alice.connection, [tag])).toEqual([envelope]);
    expect(await metric(relay, 'woxly_presence_bytes')).toBeLessThanOrEqual(MEMORY_BYTES);
    expect(await metric(relay, 'woxly_watched_tags')).toBeLessThanOrEqual(
      WATCHED_TAGS_PER_ADDRESS + 1,
    );
  }
  // They were at it all the while.
  await grows(received('too-often'), wrote);
  await grows(received('malformed'));
  await grows(dropped('gossipsub', 'oversized'));
  for (const protocol of ['watch', 'lookup']) {
    for (const reason of ['malformed', 'oversized']) await grows(dropped(protocol, reason));
  }
});
