/** The foundation (RFC 8839, 5.1) of candidates that are there for a permission only. */
export const PERMISSION = 'permission';
/** A generation of candidates (by its `ice-ufrag`) that no peer ever has: a browser sends nothing to its candidates. */
const NO_GENERATION = 'none';
/** No browser takes candidates below 1024. */
const PORT = 1024;

/**
 * Has the TURN servers of this connection let in what comes from themselves, once there is a peer: whoever met through a
 * relay is often relayed by the same one.
 *
 * A server lets in only addresses that it was told of (permissions, RFC 8656, 9), and the browser tells it those of the
 * peer's candidates. Where both sides are relayed the peer's first check is there before them, as they go the longer way,
 * and without a permission it is lost: on both sides that is a round trip between the two, and more. So a candidate is
 * added at the server's own address. Chromium asks for a permission for it; other browsers may refuse it, and go on as
 * without it.
 */
export function permitOwnServers(connection: RTCPeerConnection): void {
  const waiting = new Set<string>();
  const permit = (): void => {
    if (connection.signalingState !== 'stable') return;
    for (const address of waiting) {
      const candidate = `candidate:${PERMISSION} 1 udp 1 ${address} ${PORT} typ relay raddr 0.0.0.0 rport 0 ufrag ${NO_GENERATION}`;
      connection.addIceCandidate({ candidate, sdpMLineIndex: 0 }).catch(() => undefined);
    }
    waiting.clear();
  };
  connection.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate?.type !== 'relay' || !candidate.address) return;
    waiting.add(candidate.address);
    permit();
  });
  connection.addEventListener('signalingstatechange', permit);
}
