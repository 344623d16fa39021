import { expect, test } from 'vitest';
import { withPreloads } from './preload-start.ts';

const PAGE = '<head>\n<link href="/_app/0.js" rel="modulepreload">\n  </head><body></body>';

test('the page asks for every file once', () => {
  const asked = withPreloads(PAGE, ['_app/0.js', '_app/3.js']).match(/"\/_app\/\w+\.js"/g);
  expect(asked).toEqual(['"/_app/0.js"', '"/_app/3.js"']);
});

test('a page without a head is refused', () => {
  expect(() => withPreloads('<body></body>', ['_app/3.js'])).toThrow(/head/);
});
