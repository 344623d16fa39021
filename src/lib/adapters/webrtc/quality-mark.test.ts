import { expect, test } from 'vitest';
import { qualityMark } from './quality-mark.ts';
import type { PathFigures } from './quality-mark.ts';
import { hostOf } from './turn-hosts.ts';

const GOOD: PathFigures = {
  roundTripMs: 60,
  jitterMs: 3,
  receiveLoss: 0,
  sendLoss: 0,
  relayed: false,
  sendShort: false,
};

test.each<readonly [string, Partial<PathFigures>, ReturnType<typeof qualityMark>]>([
  ['all is well', {}, { grade: 'good' }],
  ['a little loss', { receiveLoss: 0.03 }, { grade: 'good' }],
  ['much of ours is lost', { sendLoss: 0.05 }, { grade: 'fair', cause: 'own-network' }],
  ['little can be sent', { sendShort: true }, { grade: 'fair', cause: 'own-network' }],
  ['much of theirs is lost', { receiveLoss: 0.2 }, { grade: 'poor', cause: 'peer-network' }],
  [
    'much of theirs is lost, and the peer has yet to say how it is with ours',
    { receiveLoss: 0.2, sendLoss: undefined },
    { grade: 'poor', cause: 'unknown' },
  ],
  ['loss both ways', { receiveLoss: 0.05, sendLoss: 0.05 }, { grade: 'fair', cause: 'unknown' }],
  [
    'steady loss both ways through a relay',
    { receiveLoss: 0.05, sendLoss: 0.05, relayed: true },
    { grade: 'fair', cause: 'relay' },
  ],
  [
    'loss both ways through a relay, over a link that jitters',
    { receiveLoss: 0.05, sendLoss: 0.05, relayed: true, jitterMs: 30 },
    { grade: 'fair', cause: 'unknown' },
  ],
  ['far away', { roundTripMs: 500 }, { grade: 'fair', cause: 'unknown' }],
  ['too far away', { roundTripMs: 900 }, { grade: 'poor', cause: 'unknown' }],
  ['jitter delays', { jitterMs: 80 }, { grade: 'fair', cause: 'unknown' }],
  ['the peer has not reported', { sendLoss: undefined }, { grade: 'good' }],
  ['nothing came or went', { receiveLoss: undefined, sendLoss: undefined }, undefined],
  ['no round trip yet', { roundTripMs: undefined }, undefined],
])('%s', (_, figures, expected) => {
  expect(qualityMark({ ...GOOD, ...figures })).toEqual(expected);
});

test.each([
  ['turn:relay.example:3478?transport=udp', 'relay.example'],
  ['turns:relay.example?transport=tcp', 'relay.example'],
  ['turn:192.0.2.7:443', '192.0.2.7'],
  ['turn:[2001:db8::1]:3478', '[2001:db8::1]'],
  ['stun:relay.example', undefined],
  [undefined, undefined],
])('the host of %s', (url, host) => {
  expect(hostOf(url)).toBe(host);
});
