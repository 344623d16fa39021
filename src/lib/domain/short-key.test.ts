import { expect, test } from 'vitest';
import type { IdentityKey } from './ids.ts';
import { shortKey } from './short-key.ts';

test('shows both ends of a key', () => {
  const key = '12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA' as IdentityKey;
  expect(shortKey(key)).toBe('12D3Ko…U5SA');
});
