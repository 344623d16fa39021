import { cleanName } from '#lib/domain/name.ts';
import type { DeviceKey, IdentityKey, Milliseconds } from '#lib/domain/ids.ts';
import type { CallBody, CallBodyOf } from '#lib/protocol/call-frame.ts';
import { openCertificate } from '#lib/protocol/device-certificate.ts';
import { deviceKeyOf, identityKeyOf } from '#lib/protocol/key-text.ts';
import { RING_TTL_MS } from '#lib/protocol/limits.ts';
import type { Signed } from '#lib/protocol/signed.ts';
import type { Contacts } from '../../contacts/contacts.ts';
import type { CallPeer } from '../calls.ts';
import { RING_EARLY_MS, RING_LATE_MS } from '../timing.ts';

/** The checks of what a peer sends for the browser's RTCPeerConnection. */
export interface SdpChecks {
  /** The SDP as it may be used and its fingerprint, or `undefined` unless every line is allowed. */
  readonly checkSdp: (
    sdp: string,
  ) => { readonly sdp: string; readonly fingerprint: string } | undefined;
  readonly checkCandidate: (line: string) => boolean;
}

/** The body with its SDP and candidate checked; `undefined` for SDP that no honest peer sends. */
export function checkBody(checks: SdpChecks, body: CallBody): CallBody | undefined {
  switch (body.type) {
    case 'ring':
    case 'restart': {
      const offer = checks.checkSdp(body.offer);
      return offer && { ...body, offer: offer.sdp };
    }
    case 'answer': {
      const answer = checks.checkSdp(body.answer);
      return answer && { ...body, answer: answer.sdp };
    }
    case 'accept': {
      if (body.answer === undefined) return body;
      const answer = checks.checkSdp(body.answer);
      return answer && { ...body, answer: answer.sdp };
    }
    case 'candidate':
      // An honest browser may have candidates that we do not want. The frame still counts in its sequence.
      return body.candidate === '' || checks.checkCandidate(body.candidate)
        ? body
        : { type: 'heartbeat' };
    case 'ringing':
    case 'decline':
    case 'cancel':
    case 'hangup':
    case 'media':
    case 'heartbeat':
      return body;
  }
}

/** Who a device is, as its certificate has it. */
export interface Certified {
  readonly key: IdentityKey;
  readonly issued: Milliseconds;
}

/** Whose device this is by the certificate that it shows, or `undefined` if that is not genuine, or of another one. */
export async function certifiedBy(
  shown: Signed,
  device: DeviceKey,
  now: Milliseconds,
): Promise<Certified | undefined> {
  const certificate = await openCertificate(shown, now);
  if (certificate === undefined || deviceKeyOf(certificate.device) !== device) return undefined;
  return { key: identityKeyOf(certificate.identity), issued: certificate.issued };
}

/**
 * A RING in the time of another clock, which is `ms` ahead. Between devices it has the network's, as far as that is
 * known, so that who has a wrong clock can call and be called.
 */
export const inTime = (ring: CallBodyOf<'ring'>, ms: number): CallBodyOf<'ring'> => ({
  ...ring,
  issued: ring.issued + ms,
  expires: ring.expires + ms,
});

/** Whether a RING came so late, or is from so far in the future, that it must not ring. None rings for longer than it may. */
export const isUntimely = ({ issued, expires }: CallBodyOf<'ring'>, now: Milliseconds): boolean =>
  now > Math.min(expires, issued + RING_TTL_MS) + RING_LATE_MS || issued > now + RING_EARLY_MS;

/** A person as we know them; of a stranger only the name they claim. */
export function peerOf(contacts: Pick<Contacts, 'get'>, key: IdentityKey, claimed = ''): CallPeer {
  const contact = contacts.get(key);
  return contact
    ? { key, name: contact.name, trust: contact.trust }
    : { key, name: cleanName(claimed), trust: 'stranger' };
}
