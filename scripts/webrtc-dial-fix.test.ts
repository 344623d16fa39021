import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { mendInitiator } from './webrtc-dial-fix.ts';

const root = path.dirname(createRequire(import.meta.url).resolve('@libp2p/webrtc'));
const code = await readFile(path.join(root, 'private-to-private/initiate-connection.js'), 'utf8');

test('mends the installed package', () => {
  const mended = mendInitiator(code);
  expect(mended).toContain("if (channel.readyState === 'connecting')");
  expect(mended).toContain("if (channel.readyState !== 'closed') await pEvent");
});

test('a package that changed fails the build instead of being left as it is', () => {
  expect(() => mendInitiator(code.replace('readyState', 'state'))).toThrow('has changed');
  expect(() => mendInitiator(mendInitiator(code))).toThrow('has changed');
});
