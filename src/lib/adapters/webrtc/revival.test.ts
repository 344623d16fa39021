import { expect, test } from 'vitest';
import { renamedCandidates } from './revival.ts';
import { PERMISSION } from './turn-permissions.ts';

const HOST = '1 udp 2122260223 192.0.2.1 50000 typ host generation 0';
const RELAY = '1 udp 41885439 198.51.100.1 60000 typ relay raddr 0.0.0.0 rport 0';

test('the candidates of the first section get another foundation, and those that had one count once', () => {
  const session = ['v=0', 'a=group:BUNDLE 0 1', 'a=ice-ufrag:theirs'];
  const sound = [`m=audio 9 RTP 111`, `a=candidate:1 ${HOST}`, 'a=mid:0', `a=candidate:2 ${RELAY}`];
  const before = [`a=candidate:again1 ${HOST} ufrag theirs`, `a=candidate:again1 ${RELAY}`];
  const own = [`a=candidate:${PERMISSION} 1 udp 1 192.0.2.9 1024 typ relay`];
  const video = ['m=video 9 RTP 96', 'a=candidate:3 1 udp 1 192.0.2.3 3 typ host'];
  for (const end of ['\r\n', '\n']) {
    const sdp = `${[...session, ...sound, ...before, ...own, ...video].join(end)}${end}`;
    const renamed = renamedCandidates(sdp, 'again2');
    expect(renamed).toEqual([HOST, RELAY].map((rest) => `candidate:again2 ${rest} ufrag theirs`));
  }
});

test('without a description, or without candidates, there is none', () => {
  expect(renamedCandidates('', 'x')).toEqual([]);
  expect(renamedCandidates('v=0\r\nm=audio 9 RTP 1\r\na=mid:0\r\n', 'x')).toEqual([]);
});
