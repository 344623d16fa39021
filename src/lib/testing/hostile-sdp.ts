import { SDP_MAX_BYTES } from '#lib/protocol/limits.ts';
import chromium from '#lib/protocol/vectors/chromium-sdp.json' with { type: 'json' };
import { mutations } from './mutations.ts';
import type { Mutations } from './mutations.ts';

const OTHER_PRINT = Array.from({ length: 32 }, (_, at) => (at + 16).toString(16)).join(':');
const ADDRESSES = [
  ...['192.168.1.7', '203.0.113.9', '2001:db8::7', 'a-1.local', '64:ff9b::cb00:7109', '10.0.0.1'],
  ...[
    '127.0.0.1',
    '127.1',
    '0.0.0.0',
    '0.1.2.3',
    '224.0.0.251',
    '239.255.255.250',
    '255.255.255.255',
  ],
  ...[
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:0:7f00:1',
    '::127.0.0.1',
    'ff02::fb',
  ],
  ...['64:ff9b::7f00:1', '64:ff9b::224.0.0.1', '2002:7f00:1::', '2002:e000:1::', '0:0:0:0:0:0:0:1'],
  ...[
    '0177.0.0.1',
    '2130706433',
    '0x7f000001',
    'localhost',
    'evil.example',
    'a.b.local',
    'fe80::1%lo',
  ],
];
const EXTENSIONS = [
  ...['generation 0', 'ufrag W6rD', 'network-cost 999', 'raddr 0.0.0.0 rport 0', 'tcptype active'],
  ...['raddr 127.0.0.1 rport 9', 'raddr evil.example rport 9', 'tcptype so', 'generation', ''],
];

/** A candidate line: mostly good grammar, with addresses good and bad. */
function candidateOf({ below, pick }: Mutations): string {
  const transport = pick(['udp', 'udp', 'UDP', 'tcp', 'sctp']);
  const priority = pick(['2113937151', '1', '0', '2147483648', '99999999999']);
  const port = pick(['40000', '9', '65535', '0', '65536']);
  const component = pick(['1', '1', '2', '0', '257']);
  const type = pick(['host', 'srflx', 'relay', 'prflx', 'magic']);
  const extensions = Array.from({ length: below(3) }, () => ` ${pick(EXTENSIONS)}`).join('');
  return `candidate:${below(9)} ${component} ${transport} ${priority} ${pick(ADDRESSES)} ${port} typ ${type}${extensions}`;
}

/** Lines that mean something to a browser, good and bad; some that grow when they are rebuilt. */
const LINES = [
  ...[
    `a=fingerprint:sha-256 ${OTHER_PRINT}`,
    'a=fingerprint:sha-1 AA:BB',
    'a=FINGERPRINT:x',
    'a=x:1',
  ],
  ...[
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc',
    'a=CRYPTO:1',
    'a=ice-ufrag:W6rD',
    'a=sendrecv:',
  ],
  ...[
    'a=ice-lite',
    'a=ice-options:trickle renomination',
    'a=setup:active',
    'a=setup:holdconn',
    'a=rtcp:9',
  ],
  ...[
    'a=mid:0',
    'a=mid:4',
    'a=rtcp-mux',
    'a=end-of-candidates',
    'a=remote-candidates:1 127.0.0.1 9',
  ],
  ...[
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'm=audio 9 RTP/AVP 0',
    'm=video 0 UDP/TLS/RTP/SAVPF 96',
    'k=x',
  ],
  ...[
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'm=application 9 TCP/DTLS/SCTP 5000',
    'm=text 9',
  ],
  ...[
    'c=IN IP4 127.0.0.1',
    'c=IN IP6 ::1',
    'b=AS:64',
    'v=0',
    'o=- 1 2 IN IP4 127.0.0.1',
    's=x',
    't=0 0',
  ],
  ...[
    'a=rtpmap:111 opus/48000/2',
    'a=fmtp:111 stereo=1',
    'a=ptime:20',
    'a=sctp-port:5000',
    'a=',
    'x',
    '',
  ],
];
const PIECES = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\u0000',
    '\u2028',
    'é',
    'a=',
    'm=',
    ' ',
    ':',
    '/',
    '9',
    '0',
    'sha-256',
    'sha-1',
  ],
  ...['UDP/TLS/RTP/SAVPF', 'RTP/AVP', 'typ host', ...ADDRESSES, ...LINES],
];

/** The SDP with its lines taken out, doubled, moved, swapped for others, or joined by new ones. */
function changedLines(sdp: string, random: Mutations): string {
  const { below, pick } = random;
  const lines = sdp.split('\r\n').slice(0, -1);
  for (let left = 1 + below(4); left > 0; left -= 1) {
    // Most after the session's four lines, without which nothing is read.
    const at = below(10) === 0 ? below(lines.length) : 4 + below(Math.max(1, lines.length - 4));
    const fresh = () => (below(2) === 0 ? `a=${candidateOf(random)}` : pick(LINES));
    switch (below(8)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(at, 0, lines[at] ?? '');
        break;
      case 2:
        lines.splice(below(lines.length), 0, ...lines.splice(at, 1 + below(3)));
        break;
      case 3:
        lines[at] = random.ofText(lines[at] ?? '', PIECES);
        break;
      case 4:
        lines.splice(at, 0, ...Array<string>(1 + below(30)).fill(fresh()));
        break;
      default:
        lines.splice(at, 0, fresh());
    }
  }
  return lines.map((line) => `${line}${below(200) === 0 ? '\n' : '\r\n'}`).join('');
}

/** One or two sections of a browser's SDP, with most of the codecs left out: as real, and ten times as fast. */
function shortened(sdp: string): string {
  const [session = '', audio = '', , , application = ''] = sdp.split(/(?=^m=)/m);
  const isNeeded = (line: string) => !/^a=(rtpmap|fmtp|rtcp-fb|extmap):(?!111 |1 )/.test(line);
  return [
    session,
    ...[audio, application].map((part) => part.split('\r\n').filter(isNeeded).join('\r\n')),
  ].join('');
}

const KINDS = ['offer', 'answer', 'gatheredOffer', 'gatheredAnswer'] as const;
const WHOLE = KINDS.map((kind) => chromium[kind]);
const SHORT = WHOLE.map(shortened);
/** What the hostile ones are made from: all good. */
export const GOOD_SDPS = [...WHOLE, ...SHORT];
/** As near to the limit as lines that grow can bring it. */
const GROWING = ['a=rtcp:9\n', 'a=rtcp-mux\n', 'c=IN IP6 ::\n', 'a=mid:0\n'];

/** An SDP to be refused or made harmless: a browser's, changed in a way that its seed repeats, or noise. */
export function hostileSdp(seed: number): string {
  const random = mutations(seed);
  const { below, pick } = random;
  if (seed % 100 === 0) return changedLines(pick(WHOLE), random);
  if (seed % 50 === 1) return String.fromCharCode(...random.bytes(below(300)));
  if (seed % 100 === 2) {
    const base = pick(SHORT).replaceAll('\r', '');
    const line = pick(GROWING);
    return (
      base +
      line.repeat(Math.max(0, Math.floor((SDP_MAX_BYTES - base.length) / line.length) - below(800)))
    );
  }
  return seed % 5 === 3 ? random.ofText(pick(SHORT), PIECES) : changedLines(pick(SHORT), random);
}

const REAL = chromium.candidates.filter((line) => line !== '');

/** A candidate line, good or bad, of its seed. */
export function hostileCandidate(seed: number): string {
  const random = mutations(seed);
  const made = random.below(3) === 0 ? random.pick(REAL) : candidateOf(random);
  return random.below(2) === 0 ? random.ofText(made, PIECES) : made;
}
