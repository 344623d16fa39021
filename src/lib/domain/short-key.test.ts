import { expect, test } from 'vitest';
import { shortKey } from './short-key.ts';

test('shows both ends of what differs between keys', () => {
  const key = '12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA';
  expect(shortKey(key)).toBe('D3ec…U5SA');
  expect(shortKey('short')).toBe('short');
});
