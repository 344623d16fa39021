import { expect, test } from 'vitest';
import { at } from '#lib/testing/machine-play.ts';
import type { MachinePlay } from '#lib/testing/machine-play.ts';
import { viewOf } from './view-of.ts';

const silent = { type: 'hearing', hearing: 'silent' } as const;
const opened = { type: 'microphone-opened' } as const;

function noticesOf({ call, now }: MachinePlay): readonly unknown[] {
  const view = call && viewOf(call, { now, ownNetwork: 'up' });
  if (view === undefined || !('participants' in view)) throw new TypeError('not live');
  return [view.notices.map(({ is }) => is), ...view.participants.map(({ notices }) => notices)];
}

test('a call that is well says nothing', () => {
  expect(noticesOf(at('connected'))).toEqual([[], []]);
});

test('what is so at the other end is said once, in one order', () => {
  const media = { type: 'media', muted: true, lost: true, background: true, deaf: true } as const;
  expect(noticesOf(at('connected').tell(silent).hear(media))).toEqual([
    [],
    ['background', 'microphone-lost', 'unheard'],
  ]);
  expect(noticesOf(at('connected').tell(silent).hear({ type: 'media', muted: true }))).toEqual([
    [],
    ['muted'],
  ]);
  expect(noticesOf(at('connected').tell(silent))).toEqual([[], ['silent']]);
});

test('whoever is muted, or has no microphone, is not told that nothing of them is heard', () => {
  const deaf = { type: 'media', muted: false, deaf: true } as const;
  expect(noticesOf(at('connected').hear(deaf))).toEqual([[], ['unheard']]);
  const muted = at('connected').tell({ type: 'mute', muted: true });
  expect(noticesOf(muted.hear(deaf))).toEqual([[], []]);
  const lost = at('connected').tell({ type: 'microphone-lost' });
  expect(noticesOf(lost.hear(deaf))).toEqual([['microphone-lost'], []]);
});

test('at our own end the tap comes first, and a microphone that is gone is not called another one', () => {
  const instead = at('connected').tell({ ...opened, instead: 'Spare' });
  expect(noticesOf(instead)).toEqual([['microphone-instead'], []]);
  instead.tell({ type: 'play-blocked' });
  expect(noticesOf(instead)).toEqual([['play-blocked', 'microphone-instead'], []]);
  instead.tell({ type: 'system-mute', muted: true });
  expect(noticesOf(instead)).toEqual([['play-blocked', 'microphone-lost'], []]);
  expect(noticesOf(instead.tell({ type: 'resume-sound' }))).toEqual([['microphone-lost'], []]);
});
