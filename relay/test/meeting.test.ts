import { expect, test } from 'vitest';
import { PRESENCE_TOPIC } from '#lib/protocol/names.ts';
import { PRESENCE_ENVELOPE } from '#lib/protocol/presence-record.ts';
import { PRESENCE_TAG_BYTES, PRESENCE_TTL_MS } from '#lib/protocol/limits.ts';
import { eventually } from './eventually.ts';
import { aPeer, aReachablePeer, aRelay, connect, lookUp, metric, through } from './peers.ts';

const ECHO = '/echo/1';
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

test('two peers that know only the relay meet through it', async () => {
  const relay = await aRelay();
  const bob = await aReachablePeer(relay);
  await bob.handle(
    ECHO,
    (stream) => stream.addEventListener('message', ({ data }) => void stream.send(data)),
    { runOnLimitedConnection: true },
  );
  const alice = await aPeer();
  const connection = await alice.dial(through(relay, bob));
  expect(connection.remotePeer.toString()).toBe(bob.peerId.toString());
  expect(connection.limits).toBeDefined();

  const stream = await connection.newStream([ECHO], { runOnLimitedConnection: true });
  const heard = new Promise<Uint8Array>((resolve) =>
    stream.addEventListener('message', ({ data }) => resolve(data.subarray())),
  );
  stream.send(Uint8Array.of(1, 2, 3));
  expect([...(await heard)]).toEqual([1, 2, 3]);
  expect(await metric(relay, 'woxly_reservations')).toBe(1);
  expect(await metric(relay, 'woxly_circuits')).toBe(1);
});

test('a peer without a reservation is not reachable', async () => {
  const relay = await aRelay();
  const carol = await aPeer();
  await connect(carol, relay);
  const alice = await aPeer();
  await expect(alice.dial(through(relay, carol))).rejects.toThrow(/NO_RESERVATION/);
});

test('what one peer publishes, another finds by its tag, as it was sealed', async () => {
  const relay = await aRelay();
  const bob = await aPeer();
  await connect(bob, relay);
  const topic = PRESENCE_TOPIC;
  await eventually(() => expect(bob.services.gossip.getSubscribers(topic)).toHaveLength(1), 5000);
  const envelope = {
    tag: random(PRESENCE_TAG_BYTES),
    expires: Date.now() + PRESENCE_TTL_MS,
    nonce: random(12),
    sealed: random(700),
  };
  await bob.services.gossip.publish(topic, PRESENCE_ENVELOPE.encode(envelope));

  const alice = await aPeer();
  const connection = await connect(alice, relay);
  await eventually(async () =>
    expect(await lookUp(connection, [random(PRESENCE_TAG_BYTES), envelope.tag])).toEqual([
      envelope,
    ]),
  );
  expect(await lookUp(connection, [random(PRESENCE_TAG_BYTES)])).toEqual([]);
  expect(await metric(relay, 'woxly_presence_records')).toBe(1);
});
