import { expect, test } from 'vitest';
import { withOpusParameters } from './opus.ts';

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
