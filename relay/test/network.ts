import { lpStream } from '@libp2p/utils';
import type { Connection } from '@libp2p/interface';

import type { Bytes } from '#lib/domain/bytes.ts';
import { equalBytes } from '#lib/domain/bytes.ts';
import { FRAME_MAX_BYTES, PRESENCE_TAG_BYTES, PRESENCE_TTL_MS } from '#lib/protocol/limits.ts';
import { PRESENCE_TOPIC, RELAYS_PROTOCOL, WATCH_PROTOCOL } from '#lib/protocol/names.ts';
import { PRESENCE_ENVELOPE } from '#lib/protocol/presence-record.ts';
import type { PresenceEnvelope } from '#lib/protocol/presence-record.ts';
import { openRelayDescriptor } from '#lib/protocol/relay-descriptor.ts';
import type { RelayDescriptor } from '#lib/protocol/relay-descriptor.ts';
import { RELAY_LIST, RELAY_LIST_REQUEST } from '#lib/protocol/relay-list.ts';
import { WATCH_PUSH, WATCH_REQUEST } from '#lib/protocol/watch.ts';
import type { RelayOptions } from '../src/options/options.ts';
import type { Relay } from '../src/start-relay.ts';
import { eventually } from './eventually.ts';
import { addressOf, aPeer, aRelay, connect, lookUp, metric } from './peers.ts';
import type { Peer } from './peers.ts';

/** What tests of several relays share. */

export const PRESENCE = PRESENCE_TOPIC;
export const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

export const anEnvelope = (given: Partial<PresenceEnvelope> = {}): PresenceEnvelope => ({
  tag: random(PRESENCE_TAG_BYTES),
  expires: Date.now() + PRESENCE_TTL_MS,
  nonce: random(12),
  sealed: random(300),
  ...given,
});

/** A relay that knows these by `--peer`, and looks for no others unless told so. */
export const aRelayBeside = (
  peers: readonly Relay[],
  options: Partial<RelayOptions> = {},
): Promise<Relay> => aRelay({ peer: peers.map(addressOf), neighbours: 0, ...options });

/** Waits until a relay has so many neighbours. */
export const neighbours = (relay: Relay, count: number): Promise<void> =>
  eventually(async () => {
    const now = await metric(relay, 'woxly_neighbours');
    if (now !== count) throw new Error(`${now} neighbours, not ${count}`);
  }, 15_000);

/** Relays in a line: each knows the one before it. */
export async function aLine(): Promise<[Relay, Relay, Relay]> {
  const a = await aRelayBeside([]);
  const b = await aRelayBeside([a]);
  const c = await aRelayBeside([b]);
  await neighbours(a, 1);
  await neighbours(b, 2);
  await neighbours(c, 1);
  return [a, b, c];
}

/** A peer that is connected to a relay which takes its records. */
export async function aPublisher(relay: Relay): Promise<Peer> {
  const peer = await aPeer();
  await connect(peer, relay);
  await eventually(() => {
    if (peer.services.gossip.getSubscribers(PRESENCE).length === 0) throw new Error('not yet');
  }, 5000);
  return peer;
}

export const publish = (peer: Peer, envelope: PresenceEnvelope): Promise<unknown> =>
  peer.services.gossip.publish(PRESENCE, PRESENCE_ENVELOPE.encode(envelope));

/** Waits until a relay answers a lookup with exactly these. */
export async function found(relay: Relay, tag: Bytes, wanted: readonly PresenceEnvelope[]) {
  const peer = await aPeer();
  const connection = await connect(peer, relay);
  await eventually(async () => {
    const records = await lookUp(connection, [tag]);
    const missing = wanted.filter(
      ({ nonce }) => !records.some((record) => equalBytes(record.nonce, nonce)),
    );
    if (missing.length > 0 || records.length !== wanted.length) {
      throw new Error(`${records.length} records, ${missing.length} missing`);
    }
  }, 10_000);
  await peer.stop();
}

/** Bob, and a record of his that was published at one relay and is found at another, or the same. */
export async function aPublication(relay: Relay, at = relay) {
  const bob = await aPublisher(relay);
  const envelope = anEnvelope();
  await publish(bob, envelope);
  await found(at, envelope.tag, [envelope]);
  return { bob, envelope };
}

/** Asks a relay which relays it knows. */
export async function askRelays(connection: Connection): Promise<RelayDescriptor[]> {
  const stream = await connection.newStream([RELAYS_PROTOCOL]);
  const frames = lpStream(stream, { maxDataLength: FRAME_MAX_BYTES });
  await frames.write(RELAY_LIST_REQUEST.encode({}));
  const answer = await frames.read({ signal: AbortSignal.timeout(5000) });
  await stream.close();
  const list = RELAY_LIST.decode(answer.subarray());
  if (list === undefined) throw new Error('the answer is malformed');
  const opened = await Promise.all(
    list.descriptors.map((sealed) => openRelayDescriptor(sealed, Date.now())),
  );
  return opened.filter((descriptor) => descriptor !== undefined);
}

/** A watch: `next` waits for the next push. */
export async function watch(connection: Connection, tags: readonly Bytes[]) {
  const stream = await connection.newStream([WATCH_PROTOCOL]);
  const frames = lpStream(stream, { maxDataLength: FRAME_MAX_BYTES });
  const ask = (wanted: readonly Bytes[]): Promise<void> =>
    frames.write(WATCH_REQUEST.encode({ tags: wanted }));
  await ask(tags);
  return {
    stream,
    ask,
    async next() {
      const frame = await frames.read({ signal: AbortSignal.timeout(15_000) });
      const push = WATCH_PUSH.decode(frame.subarray());
      if (push === undefined) throw new Error('the push is malformed');
      return push;
    },
  };
}
