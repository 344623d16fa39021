import { SDP_MAX_BYTES } from './limits.ts';
import { judgeAttribute } from './sdp-attributes.ts';
import type { SdpLevel } from './sdp-attributes.ts';
import { PayloadTypes } from './sdp-payload-types.ts';

/** Sections of a peer's SDP: audio, camera, screen and data channel. */
export const SDP_M_LINES_MAX = 4;
/** One line, in characters; the longest of a browser (the codecs' m-line) is below 200. */
const LINE_MAX_LENGTH = 1024;

export interface CheckedSdp {
  /** The SDP, rebuilt from lines of the allow-list. */
  readonly sdp: string;
  /** The one SHA-256 fingerprint of the peer's DTLS certificate: `AB:CD:…` in upper case. */
  readonly fingerprint: string;
}

const ORIGIN = /^o=[\x21-\x7e]{1,64} (\d{1,20}) (\d{1,20}) IN IP[46] [\x21-\x7e]{1,64}$/;
const RTP_M_LINE = /^m=(audio|video) (\d{1,5}) UDP\/TLS\/RTP\/SAVPF((?: \d{1,3}){1,64})$/;
const DATA_M_LINE = /^m=(application) (\d{1,5}) UDP\/DTLS\/SCTP( webrtc-datachannel)$/;
const CONNECTION = /^c=IN IP[46] [\x21-\x7e]{1,64}$/;
const BANDWIDTH = /^b=(AS|TIAS|CT):\d{1,9}$/;
const ATTRIBUTE = /^a=([A-Za-z0-9-]{1,40})(?::([\x20-\x7e]*))?$/;
const FINGERPRINT = /^sha-256 ([0-9A-F]{2}(?::[0-9A-F]{2}){31})$/i;
const RTCP = /^\d{1,5}( IN IP[46] [\x21-\x7e]{1,64})?$/;

/** Port 9 ("discard") and no address: where media really goes is said by candidates alone (RFC 8840, 4.1.1). */
const NOWHERE = 'IN IP4 0.0.0.0';
const portOf = (given: string): number => (Number(given) === 0 ? 0 : 9);

/** Thrown inside this file only; callers see `undefined`. */
class Refused extends Error {}

/** Collects the allowed lines of one SDP and what must be counted over all of them. */
class Rebuilt {
  readonly lines: string[] = [];
  readonly fingerprints = new Set<string>();
  readonly #types = new PayloadTypes();
  mLines = 0;

  mLine(line: string): void {
    const [, kind, port = '', formats] = RTP_M_LINE.exec(line) ?? DATA_M_LINE.exec(line) ?? [];
    this.mLines += 1;
    if (kind === undefined || Number(port) > 65_535 || this.mLines > SDP_M_LINES_MAX) {
      throw new Refused();
    }
    const protocol = kind === 'application' ? 'UDP/DTLS/SCTP' : 'UDP/TLS/RTP/SAVPF';
    const rebuilt = `m=${kind} ${portOf(port)} ${protocol}${formats ?? ''}`;
    this.#types.section(rebuilt);
    this.lines.push(rebuilt);
  }

  attribute(line: string): void {
    const match = ATTRIBUTE.exec(line);
    if (match === null) throw new Refused();
    const [, name = '', value = ''] = match;
    const level: SdpLevel = this.mLines === 0 ? 'session' : 'media';
    if (name.toLowerCase() === 'crypto') throw new Refused();
    if (name === 'fingerprint') this.#fingerprint(value);
    else if (name === 'rtcp') this.#rtcp(level, value);
    else if (judgeAttribute(level, name, value) === 'refuse') throw new Refused();
    // The flag `a=x` and the empty value `a=x:` are the same here; written as a flag.
    else if (judgeAttribute(level, name, value) === 'keep' && !this.#types.isStray(line)) {
      this.lines.push(value === '' ? `a=${name}` : line);
    }
  }

  #fingerprint(value: string): void {
    const digits = FINGERPRINT.exec(value)?.[1]?.toUpperCase();
    if (digits === undefined) throw new Refused();
    this.fingerprints.add(digits);
    this.lines.push(`a=fingerprint:sha-256 ${digits}`);
  }

  #rtcp(level: SdpLevel, value: string): void {
    if (level === 'session' || !RTCP.test(value)) throw new Refused();
    this.lines.push(`a=rtcp:9 ${NOWHERE}`);
  }
}

/** The lines of an SDP without their ends (CR LF, or LF alone; the last may be missing). */
function linesOf(sdp: string): string[] {
  const lines = sdp.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (lines.at(-1) === '') lines.pop();
  if (lines.some((line) => line.length > LINE_MAX_LENGTH || /[^\x20-\x7e]/.test(line))) {
    throw new Refused();
  }
  return lines;
}

function rebuild(sdp: string): CheckedSdp {
  const [version, origin = '', name = '', timing, ...rest] = linesOf(sdp);
  const [, id, revision] = ORIGIN.exec(origin) ?? [];
  if (version !== 'v=0' || id === undefined || revision === undefined) throw new Refused();
  if (!name.startsWith('s=') || timing !== 't=0 0') throw new Refused();

  const rebuilt = new Rebuilt();
  const { lines } = rebuilt;
  lines.push('v=0', `o=- ${id} ${revision} IN IP4 127.0.0.1`, 's=-', 't=0 0');
  /** Connection and bandwidth lines stand between an m-line and its first attribute. */
  let before: 'attributes' | 'nothing' = 'nothing';
  for (const line of rest) {
    if (line.startsWith('a=')) {
      rebuilt.attribute(line);
      before = 'nothing';
    } else if (line.startsWith('m=')) {
      rebuilt.mLine(line);
      before = 'attributes';
    } else if (before === 'attributes' && CONNECTION.test(line)) lines.push(`c=${NOWHERE}`);
    else if (before === 'attributes' && BANDWIDTH.test(line)) lines.push(line);
    else throw new Refused();
  }

  const [fingerprint] = rebuilt.fingerprints;
  if (rebuilt.mLines === 0 || fingerprint === undefined || rebuilt.fingerprints.size !== 1) {
    throw new Refused();
  }
  const text = lines.map((line) => `${line}\r\n`).join('');
  // Lines may have grown: `a=rtcp:9` by an address, and those that ended in a line feed alone.
  if (text.length > SDP_MAX_BYTES) throw new Refused();
  return { sdp: text, fingerprint };
}

/**
 * Checks a peer's offer or answer before a browser sees it, or `undefined` if it is not to be had: at most
 * `SDP_MAX_BYTES` and four m-lines, DTLS-SRTP and data channels only, exactly one SHA-256 fingerprint, no `a=crypto`
 * (SDES). Candidates in it are left out: they are trickled, each checked and counted by itself. What comes out holds the same limits, and checked again is the same.
 * Never throws. What an offer and an answer may say is RFC 8829.
 */
export function checkSdp(sdp: string): CheckedSdp | undefined {
  // Only ASCII is accepted, so characters are bytes.
  if (sdp.length > SDP_MAX_BYTES) return undefined;
  try {
    return rebuild(sdp);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}
