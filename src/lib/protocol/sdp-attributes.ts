/**
 * The SDP attributes (`a=NAME` or `a=NAME:VALUE`) that a peer may set, each with the whole of its value. What is
 * not here is left out: browsers add attributes with every release, and both ends cope without them. What is here
 * with another value is refused. Sources: RFC 8866, 8839, 8842, 8843, 8285, 4585, 5576, 8841, 3550.
 */
const PAYLOAD_TYPE = '\\d{1,3}';
const TOKEN = "[!#$%&'*+.^_`{|}~0-9A-Za-z-]";
const VISIBLE = '[\\x20-\\x7e]';

/** An attribute without a value. */
const FLAG = /^$/;

const EITHER = {
  'extmap-allow-mixed': FLAG,
  'ice-ufrag': /^[A-Za-z0-9+/]{4,256}$/,
  'ice-pwd': /^[A-Za-z0-9+/]{22,256}$/,
  'ice-options': new RegExp(`^${TOKEN}{1,32}( ${TOKEN}{1,32}){0,7}$`),
  setup: /^(actpass|active|passive)$/,
  extmap: /^\d{1,5}(\/(sendrecv|sendonly|recvonly|inactive))? [\x21-\x7e]{1,128}$/,
  sendrecv: FLAG,
  sendonly: FLAG,
  recvonly: FLAG,
  inactive: FLAG,
} as const;

const SESSION_ONLY = {
  group: new RegExp(`^BUNDLE( ${TOKEN}{1,16}){0,4}$`),
  'msid-semantic': new RegExp(`^ ?WMS( ${VISIBLE}{0,256})?$`),
} as const;

const MEDIA_ONLY = {
  mid: new RegExp(`^${TOKEN}{1,16}$`),
  msid: /^[\x21-\x7e]{1,64}( [\x21-\x7e]{1,64})?$/,
  'rtcp-mux': FLAG,
  'rtcp-mux-only': FLAG,
  'rtcp-rsize': FLAG,
  'rtcp-xr': /^rcvr-rtt=(all|sender)$/,
  'bundle-only': FLAG,
  rtpmap: new RegExp(`^${PAYLOAD_TYPE} [A-Za-z0-9._-]{1,32}/\\d{1,6}(/\\d{1,2})?$`),
  fmtp: new RegExp(`^${PAYLOAD_TYPE} ${VISIBLE}{1,512}$`),
  'rtcp-fb': new RegExp(`^(\\*|${PAYLOAD_TYPE}) [A-Za-z0-9-]{1,32}( [A-Za-z0-9-]{1,32}){0,3}$`),
  ptime: /^\d{1,3}$/,
  minptime: /^\d{1,3}$/,
  maxptime: /^\d{1,3}$/,
  ssrc: /^\d{1,10} (cname:[\x21-\x7e]{1,256}|msid:[\x21-\x7e]{1,64}( [\x21-\x7e]{1,64})?)$/,
  'ssrc-group': /^[A-Z-]{1,16}( \d{1,10}){1,6}$/,
  'sctp-port': /^\d{1,5}$/,
  'max-message-size': /^\d{1,10}$/,
} as const;

export type SdpLevel = 'session' | 'media';

const TABLES: Record<SdpLevel, ReadonlyMap<string, RegExp>> = {
  session: new Map(Object.entries({ ...EITHER, ...SESSION_ONLY })),
  media: new Map(Object.entries({ ...EITHER, ...MEDIA_ONLY })),
};

/** What to do with an attribute whose value (after the colon) is `value`; an absent value is empty. */
export function judgeAttribute(
  level: SdpLevel,
  name: string,
  value: string,
): 'keep' | 'leave-out' | 'refuse' {
  const pattern = TABLES[level].get(name);
  if (pattern === undefined) return 'leave-out';
  return pattern.test(value) ? 'keep' : 'refuse';
}
