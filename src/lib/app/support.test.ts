import { expect, test } from 'vitest';
import { hidesCertificates } from './support.ts';

test('an old Firefox cannot prove whom a call is with; others can', () => {
  expect(hidesCertificates('Mozilla/5.0 (X11; rv:140.0) Gecko/20100101 Firefox/140.0')).toBe(true);
  expect(hidesCertificates('Mozilla/5.0 (X11; rv:154.0) Gecko/20100101 Firefox/154.0')).toBe(false);
  expect(hidesCertificates('Mozilla/5.0 (X11) Chrome/156.0 Safari/537.36')).toBe(false);
});
