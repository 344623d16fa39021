import { expect, test } from 'vitest';
import type { CallId } from '#lib/domain/ids.ts';
import type { EndReason } from '#lib/domain/reasons.ts';
import { KEYS } from '#lib/testing/fake-people.ts';
import { isMissed, isQuietEnd } from './quiet-end.ts';
import type { EndedCallView } from './views.ts';

const ended = (reason: EndReason, part: Partial<EndedCallView> = {}): EndedCallView => ({
  id: 'one' as CallId,
  stage: 'ended',
  direction: 'incoming',
  peer: { key: KEYS.alice, name: 'Alice', trust: 'contact' },
  started: 0,
  ended: 1,
  accepted: false,
  reason,
  ...part,
});

test.each(['declined', 'cancelled-by-peer', 'no-answer', 'missed'] as const)(
  'a ring that ended with %s leaves no screen',
  (reason) => {
    expect(isQuietEnd(ended(reason))).toBe(true);
  },
);

test('what went wrong after Accept is told', () => {
  expect(isQuietEnd(ended('microphone-refused'))).toBe(false);
  expect(isQuietEnd(ended('connection-failed'))).toBe(false);
});

test('a call we made, or that was live, keeps its screen', () => {
  expect(isQuietEnd(ended('no-answer', { direction: 'outgoing' }))).toBe(false);
  expect(isQuietEnd(ended('cancelled-by-peer', { connected: 1 }))).toBe(false);
});

test('a call that was accepted here has a screen, and is not missed', () => {
  const accepted = ended('cancelled-by-peer', { accepted: true });
  expect(isQuietEnd(accepted)).toBe(false);
  expect(isMissed(accepted)).toBe(false);
});

test('only what nobody answered is missed', () => {
  expect(isMissed(ended('no-answer'))).toBe(true);
  expect(isMissed(ended('cancelled-by-peer'))).toBe(true);
  expect(isMissed(ended('missed'))).toBe(true);
  expect(isMissed(ended('declined'))).toBe(false);
});
