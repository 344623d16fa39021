import { CANDIDATE_MAX_BYTES } from './limits.ts';
import { addressScope } from './network-address.ts';

export interface PeerMediaOptions {
  /** Takes loopback addresses too: tests, and calls between two browsers of one machine. */
  readonly loopback?: boolean;
}

/** `candidate-attribute` of RFC 8839, 5.1, up to the type; the extensions are looked at after it. */
const CANDIDATE =
  /^candidate:([A-Za-z0-9+/]{1,32}) (\d{1,3}) (udp|tcp) (\d{1,10}) (\S{1,64}) (\d{1,5}) typ (host|srflx|prflx|relay)((?: [\x21-\x7e]+ [\x21-\x7e]+)*)$/i;
/** How browsers hide an address of their network: a random UUID (draft-ietf-mmusic-mdns-ice-candidates, 3.1.1). */
const MDNS_NAME = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.local$/i;
/** In a related address, which is only shown, any name of one label will do. */
const RELATED_NAME = /^[A-Za-z0-9-]{1,58}\.local$/i;

/** Below are the ports of services that do not expect STUN; browsers use those of their system's dynamic range. */
const PORT_MIN = 1024;
const PRIORITY_MAX = 2 ** 31 - 1;
const PORT_MAX = 65_535;
const COMPONENT_MAX = 256;

const within = (digits: string, least: number, most: number): boolean =>
  Number(digits) >= least && Number(digits) <= most;

function mayConnectTo(address: string, { loopback = false }: PeerMediaOptions): boolean {
  if (MDNS_NAME.test(address)) return true;
  const scope = addressScope(address);
  return scope === 'ordinary' || scope === 'private' || (loopback && scope === 'loopback');
}

/** Where a candidate leads. */
export interface CandidateTarget {
  readonly address: string;
  readonly port: number;
  /** It is of a private network, or of this machine, as far as its text tells. */
  readonly local: boolean;
}

/** Where a candidate that {@link checkCandidate} takes leads; `undefined` for the end of candidates. */
export function candidateTarget(line: string): CandidateTarget | undefined {
  const [, , , , , given = '', port = ''] = CANDIDATE.exec(line) ?? [];
  if (given === '') return undefined;
  const address = given.toLowerCase();
  return { address, port: Number(port), local: addressScope(address) !== 'ordinary' };
}

/** The name and value pairs after the type, or `undefined` if a name comes twice. */
function extensionsOf(text: string): Map<string, string> | undefined {
  const tokens = text.split(' ').slice(1);
  const extensions = new Map<string, string>();
  for (let at = 0; at + 1 < tokens.length; at += 2) {
    const name = (tokens[at] as string).toLowerCase();
    if (extensions.has(name)) return undefined;
    extensions.set(name, tokens[at + 1] as string);
  }
  return extensions;
}

/**
 * Whether a peer's candidate line (`candidate:…`, without `a=`) may be given to the browser: RFC 8839 grammar, UDP to
 * an ordinary port, and an address that may be a peer's: not ours, not one of the link only, and not one between a
 * provider and its customers. Names other than those that browsers make up are refused, since resolving them would tell
 * somebody. TCP is refused: browsers open no port for it, so that what does is no browser. The empty line that ends the
 * candidates is fine. Never throws.
 */
export function checkCandidate(line: string, options: PeerMediaOptions = {}): boolean {
  if (line === '') return true;
  if (line.length > CANDIDATE_MAX_BYTES) return false;
  const match = CANDIDATE.exec(line);
  if (match === null) return false;
  const [, , component = '', transport = '', priority = '', address = '', port = ''] = match;
  if (!within(component, 1, COMPONENT_MAX) || !within(priority, 1, PRIORITY_MAX)) return false;
  if (transport.toLowerCase() !== 'udp') return false;
  if (!within(port, PORT_MIN, PORT_MAX) || !mayConnectTo(address, options)) return false;

  const extensions = extensionsOf(match[8] ?? '');
  if (extensions === undefined) return false;
  // The related address is only shown, never connected to; browsers hide theirs as 0.0.0.0 port 0.
  const relatedAddress = extensions.get('raddr');
  const relatedPort = extensions.get('rport');
  if (relatedAddress !== undefined && !isAddress(relatedAddress)) return false;
  if (relatedPort !== undefined && !isPort(relatedPort)) return false;
  // RFC 6544, 4.5: only of TCP.
  return !extensions.has('tcptype');
}

const isAddress = (text: string): boolean =>
  RELATED_NAME.test(text) || addressScope(text) !== undefined;
const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && within(text, 0, PORT_MAX);
