import type { Clock } from '#lib/ports/clock.ts';
import { Report } from './report.ts';

/** The fingerprint that an SDP signals, sha-256, upper-case hexadecimal with colons. */
export function signalledFingerprint(sdp: string): string | undefined {
  return /^a=fingerprint:sha-256 ([0-9A-F:]+)\r?$/im.exec(sdp)?.[1]?.toUpperCase();
}

/** How often, and how many times, the certificate is asked for: what a page is told lags behind DTLS on a busy machine. */
const ASK_AGAIN_MS = 60;
const ASK_MOST = 50;

/**
 * The fingerprint of the certificate that the peer really used, or `undefined` if the browser does not say. It is told
 * in one of two ways: the certificate itself, which Firefox has in every version in use and Safari and Chromium have as
 * well, or the statistics.
 */
export async function usedFingerprint(
  connection: RTCPeerConnection,
  clock: Clock,
): Promise<string | undefined> {
  for (let asked = 0; asked < ASK_MOST; asked += 1) {
    // Firefox tells nothing at all of a connection that was closed meanwhile, but an error.
    if (connection.connectionState !== 'connected') return undefined;
    const fingerprint = (await ofCertificate(connection)) ?? (await ofStatistics(connection));
    if (fingerprint !== undefined) return fingerprint.toUpperCase();
    await new Promise<void>((resolve) => clock.after(ASK_AGAIN_MS, resolve));
  }
  return undefined;
}

async function ofStatistics(connection: RTCPeerConnection): Promise<string | undefined> {
  const report = await Report.of(connection);
  return report.get(report.transport?.remoteCertificateId)?.fingerprint;
}

/** All sections share one DTLS transport (`max-bundle`); the first certificate of a chain is the peer's own. */
async function ofCertificate(connection: RTCPeerConnection): Promise<string | undefined> {
  const [line] = connection.getTransceivers();
  const transport = line?.receiver.transport ?? connection.sctp?.transport;
  const [certificate] = certificatesOf(transport);
  if (certificate === undefined) return undefined;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', certificate));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Empty while there is none yet, and in a browser that does not tell. */
function certificatesOf(transport: RTCDtlsTransport | null | undefined): readonly ArrayBuffer[] {
  if (!transport || !tellsCertificates()) return [];
  return transport.getRemoteCertificates();
}

const tellsCertificates = (): boolean =>
  typeof RTCDtlsTransport === 'function' && 'getRemoteCertificates' in RTCDtlsTransport.prototype;

/** Whether this browser tells, in either way, with whom a connection really is. A connection that nobody uses shows it. */
export async function tellsFingerprints(): Promise<boolean> {
  if (tellsCertificates()) return true;
  const connection = new RTCPeerConnection();
  try {
    connection.createDataChannel('probe');
    await connection.setLocalDescription();
    // Its own certificate is among the statistics of a browser that has them of any.
    return (await Report.of(connection)).has('certificate');
  } catch {
    return false;
  } finally {
    connection.close();
  }
}
