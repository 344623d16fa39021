import { expect, test } from 'vitest';
import { SDP_MAX_BYTES } from './limits.ts';
import { checkSdp, SDP_M_LINES_MAX } from './sdp-check.ts';
import chromium from './vectors/chromium-sdp.json' with { type: 'json' };
import firefox from './vectors/firefox-sdp.json' with { type: 'json' };

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

test.each(['offer', 'answer', 'gatheredOffer'] as const)(
  "takes Firefox's %s, and leaves out only candidates and what is about codecs that it does not name",
  (kind) => {
    const given = firefox[kind];
    const checked = checkSdp(given);
    const [, id, revision] = /^o=mozilla\S+ (\d+) (\d+)/m.exec(given) ?? [];
    // Chosen: Opus as 109 and VP8 as 120. The feedback of four other codecs of pictures stands below.
    const expected = given
      .replace(/^o=.*$/m, `o=- ${id} ${revision} IN IP4 127.0.0.1`)
      .replace(/^a=rtcp:.*$/m, 'a=rtcp:9 IN IP4 0.0.0.0')
      .replace(/^a=rtcp-fb:(?!109 |120 ).*\r\n/gm, '')
      .replace(/^a=(candidate:.*|end-of-candidates)\r\n/gm, '');
    expect(checked?.sdp).toBe(expected);
    expect(checked?.sdp).not.toMatch(/^a=rtcp-fb:(121|99|123|122) /m);
    expect(checked?.sdp.match(/^a=rtcp-fb:120 /gm)).toHaveLength(10);
    expect(checked?.fingerprint).toBe(/sha-256 (\S+)/.exec(given)?.[1]);
  },
);

test.each([
  ['a=rtpmap:96 VP8/90000', 'a=fmtp:96 x=1', 'a=rtcp-fb:96 nack pli'],
  // Named in the section above, and not in this one.
  ['a=rtcp-fb:111 nack'],
])('what is about a payload type that its section does not name is left out (%s)', (...strays) => {
  const video = ['m=video 0 UDP/TLS/RTP/SAVPF 120 9', 'a=rtpmap:120 VP8/90000', 'a=rtcp-fb:* nack'];
  const alike = ['a=rtpmap:009 x/8000', 'a=rtcp-fb:9 nack'];
  const given = sdpOf(...SESSION, ...AUDIO, ...video, ...strays, ...alike);
  expect(checkSdp(given)?.sdp).toBe(sdpOf(...SESSION, ...AUDIO, ...video, ...alike));
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
