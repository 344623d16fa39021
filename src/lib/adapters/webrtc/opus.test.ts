import { expect, test } from 'vitest';
import { ENCODINGS } from './encoding.ts';
import { withOpusParameters, withSending } from './opus.ts';

const LINES = [
  'v=0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 0',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=20;useinbandfec=0;x=1',
  'a=rtpmap:63 red/48000/2',
  'a=fmtp:63 111/111',
  'a=rtpmap:0 PCMU/8000',
  '',
];

test('sets the Opus parameters and keeps the others, once each', () => {
  const parameters = /a=fmtp:111 (.*)\r\n/.exec(withOpusParameters(LINES.join('\r\n')))?.[1];
  const pairs = parameters?.split(';') ?? [];
  expect(pairs).toContain('useinbandfec=1');
  expect(pairs).toContain('maxaveragebitrate=32000');
  expect(pairs).toContain('cbr=1');
  expect(pairs).toContain('usedtx=0');
  expect(pairs).toContain('x=1');
  expect(new Set(pairs.map((pair) => pair.split('=')[0])).size).toBe(pairs.length);
});

test('leaves every other line as it is', () => {
  const other = (sdp: string) => sdp.split('\r\n').filter((line) => !line.startsWith('a=fmtp:111'));
  expect(other(withOpusParameters(LINES.join('\r\n')))).toEqual(other(LINES.join('\r\n')));
});

test('adds the line where a browser sends none', () => {
  const without = LINES.filter((line) => !line.startsWith('a=fmtp:111')).join('\r\n');
  expect(withOpusParameters(without)).toMatch(/a=rtpmap:111 opus\/48000\/2\r\na=fmtp:111 .*cbr=1/);
});

test('an SDP without Opus is not touched', () => {
  expect(withOpusParameters('v=0\r\nm=audio 9 x 0\r\n')).toBe('v=0\r\nm=audio 9 x 0\r\n');
});

const parametersOf = (sdp: string) =>
  Object.fromEntries(
    (/a=fmtp:111 (.*)\r\n/.exec(sdp)?.[1] ?? '').split(';').map((pair) => pair.split('=')),
  ) as Record<string, string>;
const typesOf = (sdp: string) => /^m=audio \d+ \S+ (.*)\r$/m.exec(sdp)?.[1];

test.each([
  ['normal', '111 63 0', { maxaveragebitrate: '32000', cbr: '1', usedtx: '0' }, 20],
  ['redundant', '63 111 0', { maxaveragebitrate: '32000', cbr: '1', usedtx: '0' }, 20],
  ['low', '111 63 0', { maxaveragebitrate: '24000', cbr: '1', usedtx: '0' }, 60],
  ['lowest', '111 63 0', { maxaveragebitrate: '16000', cbr: '0', usedtx: '1' }, 60],
] as const)('%s: what we send is ours to choose', (name, types, parameters, packetMs) => {
  const tuned = withSending(LINES.join('\r\n'), ENCODINGS[name]);
  expect(tuned.match(/^a=ptime:.*$/gm)).toEqual([`a=ptime:${packetMs}`]);
  expect(typesOf(tuned)).toBe(types);
  expect(parametersOf(tuned)).toMatchObject({ ...parameters, useinbandfec: '1', x: '1' });
});

test('a peer cannot have us leak what is said, and may ask for less but not for more', () => {
  const asking = (wish: string) =>
    parametersOf(
      withSending(LINES.join('\r\n').replace('x=1', `cbr=0;usedtx=1;${wish}`), ENCODINGS.normal),
    );
  expect(asking('')).toMatchObject({ cbr: '1', usedtx: '0' });
  expect(asking('maxaveragebitrate=12000')['maxaveragebitrate']).toBe('12000');
  for (const wish of ['510000', '0', '-1', 'many', '']) {
    expect(asking(`maxaveragebitrate=${wish}`)['maxaveragebitrate']).toBe('32000');
  }
});

test('a peer without RED is sent plain Opus', () => {
  const plain = LINES.filter((line) => !line.includes(':63 '))
    .join('\r\n')
    .replace(' 63', '');
  expect(typesOf(withSending(plain, ENCODINGS.redundant))).toBe('111 0');
});

test('packets are as long as we say in the section of sound, whatever the peer said there', () => {
  const video = 'm=video 0 UDP/TLS/RTP/SAVPF 120\r\na=ptime:10\r\n';
  const given = [...LINES, 'a=ptime:120', 'a=mid:0', ''].join('\r\n');
  const [session, audio, pictures] = withSending(given + video, ENCODINGS.low).split(/^(?=m=)/m);
  expect(session).toBe('v=0\r\n');
  expect(audio).toMatch(/a=mid:0\r\na=ptime:60\r\n$/);
  expect(audio).not.toContain('a=ptime:120');
  expect(pictures).toBe(video);
});
