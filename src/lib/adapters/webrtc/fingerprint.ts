import type { Clock } from '#lib/ports/clock.ts';
import { Report } from './report.ts';

/** The fingerprint that an SDP signals, sha-256, upper-case hexadecimal with colons. */
export function signalledFingerprint(sdp: string): string | undefined {
  return /^a=fingerprint:sha-256 ([0-9A-F:]+)\r?$/im.exec(sdp)?.[1]?.toUpperCase();
}

/** How often, and how many times, the certificate is asked for: the statistics lag behind DTLS, most on a busy machine. */
const ASK_AGAIN_MS = 60;
const ASK_MOST = 50;

/** The fingerprint of the certificate that the peer really used, or `undefined` if the browser does not say. */
export async function usedFingerprint(
  connection: RTCPeerConnection,
  clock: Clock,
): Promise<string | undefined> {
  for (let asked = 0; asked < ASK_MOST; asked += 1) {
    const report = await Report.of(connection);
    const fingerprint = report.get(report.transport?.remoteCertificateId)?.fingerprint;
    if (fingerprint !== undefined) return fingerprint.toUpperCase();
    if (connection.connectionState !== 'connected') return undefined;
    await new Promise<void>((resolve) => clock.after(ASK_AGAIN_MS, resolve));
  }
  return undefined;
}
