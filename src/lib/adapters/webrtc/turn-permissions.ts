/** The foundation (RFC 8839, 5.1) of candidates that are there for a permission only. */
export const PERMISSION = 'permission';
/** Of a generation (by its `ice-ufrag`) that the peer has not: Chromium sends nothing to such a candidate. */
const NO_GENERATION = 'none';
/** No browser takes a candidate below it. */
const PORT = 1024;

/**
 * Has the TURN servers of this connection let in what comes from themselves, once there is an answer: whoever met through
 * a relay is often relayed by the same one.
 *
 * A server lets in only addresses that it was told of (permissions, RFC 8656, 9), and the browser tells it those of the
 * peer's candidates. Where both sides are relayed the peer's first check is there before them, as they go the longer way,
 * and without a permission it is lost: on both sides that is a round trip between the two, and more. So a candidate is
 * added at the server's own address. Chromium asks for a permission for it; other browsers may refuse it, and go on as
 * without it.
 *
 * Only with the first answer, before the peer's candidates: those that Chromium was told before it would not try from
 * addresses of ours that come later. And such a pair never fails, so that the browser may never call the connection
 * failed: whoever waits for that needs a clock as well.
 */
export function permitOwnServers(connection: RTCPeerConnection): void {
  const addresses = new Set<string>();
  const note = ({ candidate }: RTCPeerConnectionIceEvent): void => {
    if (candidate?.type === 'relay' && candidate.address) addresses.add(candidate.address);
  };
  const permit = (): void => {
    if (connection.signalingState !== 'stable') return;
    connection.removeEventListener('icecandidate', note);
    connection.removeEventListener('signalingstatechange', permit);
    for (const address of addresses) {
      const candidate = `candidate:${PERMISSION} 1 udp 1 ${address} ${PORT} typ relay raddr 0.0.0.0 rport 0 ufrag ${NO_GENERATION}`;
      connection.addIceCandidate({ candidate, sdpMLineIndex: 0 }).catch(() => undefined);
    }
  };
  connection.addEventListener('icecandidate', note);
  connection.addEventListener('signalingstatechange', permit);
}
