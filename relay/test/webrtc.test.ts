import { createSocket } from 'node:dgram';
import { identify } from '@libp2p/identify';
import { webRTCDirect } from '@libp2p/webrtc';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { expect, onTestFinished, test } from 'vitest';
import { startRelay } from '../src/start-relay.ts';
import type { Relay } from '../src/start-relay.ts';
import { eventually } from './eventually.ts';
import { aRelay, askReservation, metric, newFolder } from './peers.ts';

const OK = 100;

function directAddress(relay: Relay) {
  const address = relay.multiaddrs.find((candidate) => candidate.includes('/webrtc-direct/'));
  if (address === undefined) throw new Error('no webrtc-direct address');
  return multiaddr(address);
}

async function aDirectPeer() {
  const peer = await createLibp2p({
    addresses: { listen: [] },
    transports: [webRTCDirect({ rtcConfiguration: { iceServers: [] } })],
    connectionGater: { denyDialMultiaddr: () => false },
    services: { identify: identify() },
  });
  onTestFinished(async () => peer.stop());
  return peer;
}

test(
  'a peer without TLS and names reaches the relay by webrtc-direct and reserves',
  { timeout: 20_000 },
  async () => {
    const relay = await aRelay({ webrtcDirect: true });
    const peer = await aDirectPeer();
    const connection = await peer.dial(directAddress(relay));
    expect(connection.remotePeer.toString()).toBe(relay.peerId);
    expect(await askReservation(connection)).toBe(OK);
    expect(await metric(relay, 'woxly_connections_taken_total{transport="webrtc-direct"}')).toBe(1);
    await connection.close();
    await eventually(async () => expect(await metric(relay, 'woxly_reservations')).toBe(0), 10_000);
  },
);

test(
  'limits per address hold for webrtc-direct, and a connection there does not use up WebSocket',
  { timeout: 30_000 },
  async () => {
    const relay = await aRelay({
      webrtcDirect: true,
      exemptLoopback: false,
      connectionsPerMinute: 1,
    });
    await (await aDirectPeer()).dial(directAddress(relay));
    const late = await aDirectPeer();
    const giveUp = new AbortController();
    const dialling = late.dial(directAddress(relay), { signal: giveUp.signal });
    await eventually(
      async () =>
        expect(
          await metric(
            relay,
            'woxly_connections_refused_total{transport="webrtc-direct",reason="too-often"}',
          ),
        ).toBeGreaterThan(0),
      10_000,
    );
    giveUp.abort();
    await expect(dialling).rejects.toThrow();
    expect(await metric(relay, 'woxly_connections')).toBe(1);
  },
);

test('a UDP port in use is told, and names the option', async () => {
  const taken = createSocket('udp4');
  onTestFinished(() => void taken.close());
  await new Promise<void>((resolve) => taken.bind(0, '127.0.0.1', resolve));
  const { port } = taken.address();
  await expect(startRelay({ port: 0, webrtcPort: port, data: await newFolder() })).rejects.toThrow(
    `--webrtc-port: ${port} is in use`,
  );
});
