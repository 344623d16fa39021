import { PERMISSION } from './turn-permissions.ts';

/**
 * The candidates in the first section of a description, which is the one that all sections are bundled with, each
 * under a foundation (RFC 8839, 5.1) that it did not have before. Those that differ in nothing else count once, and those
 * that only asked for a permission not at all.
 */
export function renamedCandidates(sdp: string, foundation: string): readonly string[] {
  const [session = '', first = ''] = sdp.split(/^m=/m);
  // By it a candidate that comes too late, after another description, is known to be an old one.
  const [, fragment = ''] = /^a=ice-ufrag:(\S+)/m.exec(`${first}\n${session}`) ?? [];
  const rests = [...first.matchAll(/^a=candidate:(\S+) (.*?)\r?$/gm)]
    .filter(([, before]) => before !== PERMISSION)
    .map(([, , rest = '']) => rest.replace(/ ufrag \S+/, ''));
  return [...new Set(rests)].map((rest) => `candidate:${foundation} ${rest} ufrag ${fragment}`);
}

/**
 * Makes a connection that was given up go on asking at its peer's addresses. To be called each time that it fails.
 *
 * libwebrtc forgets all pairs of candidates at once when none was answered for 15 s, and has no way back then although
 * the descriptions of both sides are in force. For a candidate that it has not heard of it makes pairs anew, and one
 * with another foundation is such a one. So a link that was only silent carries sound as soon as it is back, without a
 * word through a relay.
 */
export class Revival {
  readonly #connection: RTCPeerConnection;
  #round = 0;

  constructor(connection: RTCPeerConnection) {
    this.#connection = connection;
  }

  again(): void {
    this.#round += 1;
    const sdp = this.#connection.currentRemoteDescription?.sdp ?? '';
    for (const candidate of renamedCandidates(sdp, `again${this.#round}`)) {
      this.#connection.addIceCandidate({ candidate, sdpMLineIndex: 0 }).catch(() => undefined);
    }
  }
}
