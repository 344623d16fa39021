import { expect, test } from 'vitest';
import { SDP_MAX_BYTES } from './limits.ts';
import { checkSdp, SDP_M_LINES_MAX } from './sdp-check.ts';
import chromium from './vectors/chromium-sdp.json' with { type: 'json' };

const FINGERPRINT = Array.from({ length: 32 }, (_, index) => (index + 160).toString(16)).join(':');
const AUDIO = [
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'c=IN IP4 0.0.0.0',
  'a=rtcp:9 IN IP4 0.0.0.0',
  'a=ice-ufrag:W6rD',
  'a=ice-pwd:RnUwyQQAvvtuV4/ASwoyqFCL',
  `a=fingerprint:sha-256 ${FINGERPRINT.toUpperCase()}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
];
const SESSION = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0'];
const CANDIDATE = 'a=candidate:1 1 udp 2113937151 192.168.1.7 40000 typ host';
const sdpOf = (...lines: readonly string[]) => lines.map((line) => `${line}\r\n`).join('');
const GOOD = sdpOf(...SESSION, ...AUDIO);

test.each(['offer', 'answer', 'gatheredOffer', 'gatheredAnswer'] as const)(
  "takes Chromium's %s and changes nothing in it but for candidates",
  (kind) => {
    const sdp = chromium[kind];
    expect(sdp.match(/^m=/gm)).toHaveLength(4);
    const checked = checkSdp(sdp);
    expect(checked?.sdp).toBe(sdp.replace(/^a=(candidate:.*|end-of-candidates)\r\n/gm, ''));
    expect(checked?.fingerprint).toBe(/sha-256 (\S+)/.exec(sdp)?.[1]);
  },
);

test('takes an offer in the manner of Firefox, with its fingerprint above the sections', () => {
  const transport = [
    'a=ice-pwd:0f31e0a1c2d4b5a69788796a5b4c3d2e',
    'a=ice-ufrag:1f2a3b4c',
    'a=setup:actpass',
  ];
  const offer = sdpOf(
    ...[
      'v=0',
      'o=mozilla...THIS_IS_SDPARTA-99.0 3136093045453468232 0 IN IP4 0.0.0.0',
      's=-',
      't=0 0',
    ],
    ...['a=sendrecv', `a=fingerprint:sha-256 ${FINGERPRINT.toUpperCase()}`, 'a=group:BUNDLE 0 1'],
    ...['a=ice-options:trickle', 'a=msid-semantic:WMS *', 'm=audio 9 UDP/TLS/RTP/SAVPF 109 101'],
    ...['c=IN IP4 0.0.0.0', 'a=sendrecv', 'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level'],
    ...['a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level', 'a=extmap-allow-mixed'],
    ...[
      'a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1',
      'a=fmtp:101 0-15',
      ...transport,
    ],
    ...['a=mid:0', 'a=msid:- {0a1b2c3d-0000-4000-8000-0123456789ab}', 'a=rtcp-mux'],
    ...['a=rtpmap:109 opus/48000/2', 'a=rtpmap:101 telephone-event/8000/1'],
    ...['a=ssrc:2361438913 cname:{0a1b2c3d-0000-4000-8000-0123456789ab}'],
    ...['m=application 0 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0', 'a=bundle-only'],
    ...['a=sendrecv', 'a=mid:1', 'a=sctp-port:5000', 'a=max-message-size:1073741823'],
  );
  const origin = 'o=- 3136093045453468232 0 IN IP4 127.0.0.1';
  expect(checkSdp(offer)?.sdp).toBe(offer.replace(/^o=.*\b0\.0\.0\.0$/m, origin));
});

test('gives the fingerprint in upper case, whatever case it came in', () => {
  const lower = GOOD.replace(FINGERPRINT.toUpperCase(), FINGERPRINT).replace('sha-256', 'SHA-256');
  expect(checkSdp(lower)).toEqual(checkSdp(GOOD));
  expect(checkSdp(GOOD)?.fingerprint).toBe(FINGERPRINT.toUpperCase());
});

test('takes line feeds alone and a last line without one', () => {
  expect(checkSdp(GOOD.replaceAll('\r', ''))?.sdp).toBe(GOOD);
  expect(checkSdp(GOOD.slice(0, -2))?.sdp).toBe(GOOD);
});

test('a fingerprint for all sections may stand above them', () => {
  const withoutOwn = AUDIO.filter((line) => !line.startsWith('a=fingerprint'));
  const sdp = sdpOf(...SESSION, `a=fingerprint:sha-256 ${FINGERPRINT}`, ...withoutOwn);
  expect(checkSdp(sdp)?.fingerprint).toBe(FINGERPRINT.toUpperCase());
});

test('rebuilds what could carry addresses or names, and leaves out what is unknown', () => {
  const given = GOOD.replace('o=- 1 2 IN IP4 127.0.0.1', 'o=alice 1 2 IN IP6 2001:db8::1')
    .replace('s=-', 's=my laptop')
    .replace('m=audio 9', 'm=audio 40000')
    .replace('c=IN IP4 0.0.0.0', 'c=IN IP4 192.168.1.7')
    .replace('a=rtcp:9 IN IP4 0.0.0.0', 'a=rtcp:40001 IN IP4 192.168.1.7')
    .replace('a=sendrecv', 'a=x-tomorrow:7\r\na=remote-candidates:1 127.0.0.1 9\r\na=sendrecv:');
  expect(checkSdp(given)?.sdp).toBe(GOOD);
});

test('a section that was rejected stays rejected', () => {
  const rejected = GOOD.replace('m=audio 9', 'm=audio 0');
  expect(checkSdp(rejected)?.sdp).toBe(rejected);
});

test('takes as many sections and bytes as allowed, and not one more', () => {
  const sections = (count: number) =>
    sdpOf(...SESSION, ...Array<string[]>(count).fill(AUDIO).flat());
  expect(checkSdp(sections(SDP_M_LINES_MAX))).toBeDefined();
  expect(checkSdp(sections(SDP_M_LINES_MAX + 1))).toBeUndefined();
  const padded = (length: number) => {
    const line = `a=x:${'y'.repeat(500)}\r\n`;
    const lines = GOOD + line.repeat(Math.floor((length - GOOD.length) / line.length) - 1);
    return `${lines}a=x:${'y'.repeat(length - lines.length - 6)}\r\n`;
  };
  expect(padded(SDP_MAX_BYTES)).toHaveLength(SDP_MAX_BYTES);
  expect(checkSdp(padded(SDP_MAX_BYTES))?.sdp).toBe(GOOD);
  expect(checkSdp(padded(SDP_MAX_BYTES + 1))).toBeUndefined();
});

test('what grows beyond the limit when it is rebuilt is refused (seed 52)', () => {
  const growing = (count: number) => GOOD.replaceAll('\r', '') + 'a=rtcp:9\n'.repeat(count);
  const most = Math.floor((SDP_MAX_BYTES - GOOD.length) / 'a=rtcp:9 IN IP4 0.0.0.0\r\n'.length);
  expect(growing(most + 1).length).toBeLessThan(SDP_MAX_BYTES);
  expect(checkSdp(growing(most))?.sdp.length).toBeLessThanOrEqual(SDP_MAX_BYTES);
  expect(checkSdp(growing(most + 1))).toBeUndefined();
});

const OTHER = FINGERPRINT.replace('a0', 'b0');
const SHA1 = FINGERPRINT.slice(0, 59);

test.each<[string, string]>([
  ['nothing', ''],
  ['no section', sdpOf(...SESSION, `a=fingerprint:sha-256 ${FINGERPRINT}`)],
  ['no fingerprint', GOOD.replace(/a=fingerprint.*\r\n/, '')],
  ['a second fingerprint', `${GOOD}a=fingerprint:sha-256 ${OTHER}\r\n`],
  ['a second fingerprint above', GOOD.replace('m=', `a=fingerprint:sha-256 ${OTHER}\r\nm=`)],
  ['a weaker hash beside it', `${GOOD}a=fingerprint:sha-1 ${SHA1}\r\n`],
  ['another hash alone', GOOD.replace('sha-256', 'sha-512')],
  ['a short fingerprint', GOOD.replace(FINGERPRINT.toUpperCase(), SHA1)],
  ['SDES', `${GOOD}a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc\r\n`],
  ['SDES in capitals', `${GOOD}a=CRYPTO:1 AES_CM_128_HMAC_SHA1_80 inline:abc\r\n`],
  ['RTP without DTLS', GOOD.replace('UDP/TLS/RTP/SAVPF', 'RTP/SAVPF')],
  ['RTP in the clear', GOOD.replace('UDP/TLS/RTP/SAVPF', 'RTP/AVP')],
  ['TCP', GOOD.replace('UDP/TLS/RTP/SAVPF', 'TCP/TLS/RTP/SAVPF')],
  ['data over TCP', GOOD.replace(/m=.*/, 'm=application 9 TCP/DTLS/SCTP webrtc-datachannel')],
  ['audio over SCTP', GOOD.replace(/m=.*/, 'm=audio 9 UDP/DTLS/SCTP webrtc-datachannel')],
  ['another kind of section', GOOD.replace('m=audio', 'm=text')],
  ['port 65536', GOOD.replace('m=audio 9', 'm=audio 65536')],
  ['a port range', GOOD.replace('m=audio 9', 'm=audio 9/2')],
  ['bytes beyond ASCII', `${GOOD}a=x:é`],
  ['a control character', `${GOOD}a=x:\u0000`],
  ['a bare carriage return', `${GOOD}a=x:1\ra=crypto:1`],
  ['a Unicode line end', `${GOOD}a=x:1\u2028a=crypto:1`],
  ['an empty line', GOOD.replace('a=mid', '\r\na=mid')],
  ['a space before a line', GOOD.replace('a=mid', ' a=mid')],
  ['a line of no type', `${GOOD}hello`],
  ['a key line', GOOD.replace('t=0 0', 'k=clear:secret\r\nt=0 0')],
  ['an e-mail line', GOOD.replace('t=0 0', 'e=a@b.c\r\nt=0 0')],
  ['another version', GOOD.replace('v=0', 'v=1')],
  ['no origin', GOOD.replace(/o=.*\r\n/, '')],
  ['another timing', GOOD.replace('t=0 0', 't=1 2')],
  ['its first lines in another order', GOOD.replace('v=0\r\n', '').concat('v=0\r\n')],
  ['a connection line after attributes', `${GOOD}c=IN IP4 192.168.1.7`],
  ['an allowed attribute with another value', GOOD.replace('a=setup:actpass', 'a=setup:holdconn')],
  ['a session attribute in a section', GOOD.replace('a=mid:0', 'a=mid:0 1')],
  ['a very long line', `${GOOD}a=x:${'y'.repeat(2000)}`],
])('refuses %s', (_, sdp) => {
  expect(checkSdp(sdp)).toBeUndefined();
});

test('the SDP that the refusals above vary is a good one', () => {
  expect(checkSdp(GOOD)?.sdp).toBe(GOOD);
});

test.each([
  ['a candidate', GOOD + sdpOf(CANDIDATE)],
  ['a loopback candidate', GOOD + sdpOf(CANDIDATE.replace('192.168.1.7', '127.0.0.1'))],
  ['a candidate with a name', GOOD + sdpOf(CANDIDATE.replace('192.168.1.7', 'evil.example'))],
  ['more of them than there may be', GOOD + sdpOf(...Array<string>(99).fill(CANDIDATE))],
  ['a candidate above the sections', GOOD.replace('m=', `${CANDIDATE}\r\nm=`)],
  ['an empty candidate', `${GOOD}a=candidate:\r\n`],
  ['the end of candidates', `${GOOD}a=end-of-candidates\r\n`],
])('leaves out %s: they are trickled, and checked one by one', (_, sdp) => {
  expect(checkSdp(sdp)?.sdp).toBe(GOOD);
});
