import { webRTCDirect } from '@libp2p/webrtc';
import type { Listener } from '@libp2p/interface';
import { insideOf } from '#lib/patches/inside.ts';
import type { AddressLimits } from '../limits/address-limits.ts';
import type { DtlsCertificate } from './certificate.ts';
import { WEBRTC_HANDSHAKES_MAX } from '../limits/limits.ts';
import type { Metrics } from '../http/metrics.ts';

type WebRtcDirect = ReturnType<typeof webRTCDirect>;

/** What is used of the package's listener. */
interface PackageListener extends Listener {
  readonly connections: Map<string, EventTarget & { readonly connectionState: string }>;
  incomingConnection(ufrag: string, host: string, port: number, signal: AbortSignal): Promise<void>;
}

/**
 * webrtc-direct with limits. One UDP packet makes the package create an RTCPeerConnection, and its source address
 * may be forged: handshakes are limited in total, and addresses by limits of their own, so that forged packets
 * cannot use up what an address may do over WebSocket.
 */
export function limitedWebRtcDirect(init: {
  readonly certificate: DtlsCertificate;
  readonly limits: AddressLimits;
  readonly metrics: Metrics;
}): WebRtcDirect {
  const { certificate, limits, metrics } = init;
  return (components) => {
    const inner = webRTCDirect({
      certificate: { ...certificate },
      // The package would ask public STUN servers of third parties; a relay knows its addresses.
      rtcConfiguration: { iceServers: [] },
    })(components);
    const createListener = inner.createListener.bind(inner);
    inner.createListener = (options) => {
      const made = createListener(options);
      const listener = insideOf<PackageListener>('webrtc-handshakes', made);
      const accept = listener.incomingConnection.bind(listener);
      const handshakes = new Set<string>();

      listener.incomingConnection = async (ufrag, host, port, signal) => {
        const key = `${host}:${port}:${ufrag}`;
        if (handshakes.has(key) || listener.connections.has(key)) return;
        const refused = (reason: string): void =>
          metrics.connectionsRefused.inc({ transport: 'webrtc-direct', reason });
        if (handshakes.size >= WEBRTC_HANDSHAKES_MAX) {
          refused('too-many-handshakes');
          return;
        }
        const admitted = limits.admit(host);
        if (typeof admitted === 'string') {
          refused(admitted);
          return;
        }
        handshakes.add(key);
        try {
          await accept(ufrag, host, port, signal);
          metrics.connectionsTaken.inc({ transport: 'webrtc-direct' });
        } catch {
          refused('handshake-failed');
        }
        handshakes.delete(key);
        const connection = listener.connections.get(key);
        if (connection === undefined) {
          admitted();
          return;
        }
        connection.addEventListener('connectionstatechange', () => {
          if (!['closed', 'failed', 'disconnected'].includes(connection.connectionState)) return;
          admitted();
        });
      };
      return listener;
    };
    return inner;
  };
}
