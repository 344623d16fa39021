import { expect, test } from 'vitest';
import { m } from '#lib/messages/messages.js';
import { overwriteGetLocale } from '#lib/messages/runtime.js';
import { isolated, partsOf, spoken } from './isolates.ts';

overwriteGetLocale(() => 'en');

test('a name in a sentence is a part of its own', () => {
  expect(partsOf(m.peer_muted({ name: 'نوف' }))).toEqual([
    { words: 'نوف', name: true },
    { words: ' has muted their microphone', name: false },
  ]);
  expect(partsOf('no name')).toEqual([{ words: 'no name', name: false }]);
  expect(partsOf(isolated('x'))).toEqual([{ words: 'x', name: true }]);
});

test('what is no text is no part', () => {
  expect(partsOf(undefined)).toEqual([]);
  expect(partsOf('')).toEqual([]);
  expect(partsOf(0)).toEqual([{ words: '0', name: false }]);
});

test('what is read out has no marks', () => {
  expect(spoken(m.peer_muted({ name: 'Alice' }))).toBe('Alice has muted their microphone');
});
