import type { Connection, PeerId, Stream } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { withRelaysOnly } from './relay-gossip.ts';
import type { PackageGossip } from './relay-gossip.ts';

const RELAY = '/dns4/relay.example/tcp/443/tls/ws';
const PEER_ID = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN';
const CIRCUIT = `${RELAY}/p2p/${PEER_ID}/p2p-circuit`;
const peer = { toString: () => PEER_ID } as PeerId;

const connection = (part: Partial<Connection>, address = RELAY): Connection =>
  ({
    id: address,
    status: 'open',
    direction: 'outbound',
    remoteAddr: multiaddr(address),
    ...part,
  }) as Connection;

let calls: string[];
let finish: (() => void)[];
let streams: Map<string, unknown>;
let gossip: PackageGossip;

beforeEach(() => {
  calls = [];
  finish = [];
  streams = new Map();
  gossip = {
    streamsOutbound: streams,
    createOutboundStream: (_, { id }) => {
      calls.push(`open ${id}`);
      return new Promise((resolve) => finish.push(resolve));
    },
    onPeerConnected: () => void calls.push('connected'),
    onIncomingStream: () => void calls.push('incoming'),
  };
  withRelaysOnly(gossip);
});

const streamThat = (abort: () => void) => ({ abort }) as unknown as Stream;

test('a relay is gossiped with', () => {
  gossip.onPeerConnected(peer, connection({}));
  gossip.onIncomingStream(
    streamThat(() => calls.push('aborted')),
    connection({}),
  );
  expect(calls).toEqual(['connected', 'incoming']);
});

test.each([
  ['who was dialled by WebRTC', connection({}, `${CIRCUIT}/webrtc`)],
  ['who came in', connection({ direction: 'inbound' })],
  ['who is there through a relay', connection({ limits: {} }, CIRCUIT)],
  ['who is there through a relay that names no limit', connection({}, CIRCUIT)],
])('a peer is not: %s', (_, theirs) => {
  gossip.onPeerConnected(peer, theirs);
  gossip.onIncomingStream(
    streamThat(() => calls.push('aborted')),
    theirs,
  );
  expect(calls).toEqual(['aborted']);
});

test('a stream that does not open holds up no other, and is not opened twice', async () => {
  const [dead, live] = [connection({ id: 'dead' }), connection({ id: 'live' })];
  for (const one of [dead, dead, live]) await gossip.createOutboundStream(peer, one);
  expect(calls).toEqual(['open dead', 'open live']);
  streams.set(PEER_ID, {});
  for (const done of finish) done();
  await new Promise((resolve) => setTimeout(resolve, 0));
  await gossip.createOutboundStream(peer, dead);
  expect(calls).toHaveLength(3);
});

test('a stream that does not open is tried again, while its connection is there', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const relay = { ...connection({}) };
  const refuse = async () => {
    finish.at(-1)?.();
    await vi.advanceTimersByTimeAsync(2_000);
  };
  await gossip.createOutboundStream(peer, relay);
  await refuse();
  expect(calls).toHaveLength(2);
  relay.status = 'closed';
  await refuse();
  expect(calls).toHaveLength(2);
});
