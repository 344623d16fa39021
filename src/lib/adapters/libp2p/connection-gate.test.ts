import { generateKeyPair } from '@libp2p/crypto/keys';
import type { MultiaddrConnection, PeerId } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import { expect, test } from 'vitest';
import { connectionGate } from './connection-gate.ts';

const gate = connectionGate(() => true);
const RELAY = await ed25519();

async function ed25519(): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair('Ed25519'));
}

function connectionTo(address: string): MultiaddrConnection {
  return { remoteAddr: multiaddr(address) } as MultiaddrConnection;
}

test('an Ed25519 peer that the address names is let in', async () => {
  const peer = await ed25519();
  const connection = connectionTo(
    `/ip4/127.0.0.1/tcp/1/ws/p2p/${RELAY.toString()}/p2p-circuit/p2p/${peer.toString()}`,
  );
  expect(gate.denyDialPeer?.(peer)).toBe(false);
  expect(gate.denyInboundRelayedConnection?.(RELAY, peer)).toBe(false);
  expect(gate.denyInboundEncryptedConnection?.(peer, connection)).toBe(false);
  expect(gate.denyOutboundEncryptedConnection?.(peer, connection)).toBe(false);
});

test('a peer that is not the one the address names last is refused', async () => {
  const [named, other] = [await ed25519(), await ed25519()];
  const connection = connectionTo(
    `/ip4/127.0.0.1/tcp/1/ws/p2p/${RELAY.toString()}/p2p-circuit/p2p/${named.toString()}`,
  );
  for (const impostor of [other, RELAY]) {
    expect(gate.denyInboundEncryptedConnection?.(impostor, connection)).toBe(true);
    expect(gate.denyOutboundEncryptedConnection?.(impostor, connection)).toBe(true);
  }
});

test.each(['RSA', 'secp256k1'] as const)('a %s peer ID is refused everywhere', async (type) => {
  const peer = peerIdFromPrivateKey(
    type === 'RSA' ? await generateKeyPair(type, 2048) : await generateKeyPair(type),
  );
  const connection = connectionTo(`/ip4/127.0.0.1/tcp/1/ws/p2p/${peer.toString()}`);
  expect(gate.denyDialPeer?.(peer)).toBe(true);
  expect(gate.denyInboundRelayedConnection?.(RELAY, peer)).toBe(true);
  expect(gate.denyInboundEncryptedConnection?.(peer, connection)).toBe(true);
  expect(gate.denyOutboundEncryptedConnection?.(peer, connection)).toBe(true);
});
