import { expect, test } from 'vitest';
import { firstScreen, networkChunk } from './bundle-graph.ts';
import type { Manifest } from './bundle-graph.ts';

const kit = '.svelte-kit/generated/client-optimized';
const html = '<link href="/_app/start.js" rel="modulepreload"><link href="/_app/base.css">';
const clientApp = 'export const dictionary = {\n\t\t"/": [3],\n\t\t"/calls": [2]\n\t};';
const manifest: Manifest = {
  start: {
    file: '_app/start.js',
    imports: ['_svelte'],
    dynamicImports: ['src/lib/app/compose.ts'],
  },
  [`${kit}/nodes/0.js`]: { file: '_app/0.js', css: ['_app/0.css'], imports: ['_svelte'] },
  [`${kit}/nodes/1.js`]: { file: '_app/1.js' },
  [`${kit}/nodes/2.js`]: { file: '_app/calls.js' },
  [`${kit}/nodes/3.js`]: { file: '_app/home.js', imports: ['_deep'] },
  _svelte: { file: '_app/svelte.js' },
  _deep: { file: '_app/deep.js', imports: ['_svelte'] },
  'src/lib/app/compose.ts': { file: '_app/compose.js', imports: ['_libp2p', '_svelte'] },
  _libp2p: { file: '_app/libp2p.js', imports: ['_noise'] },
  _noise: { file: '_app/noise.js' },
  qr: { file: '_app/qr.js' },
};
const read = (file: string) =>
  file === '_app/libp2p.js' ? '"/libp2p/circuit/relay/0.2.0/hop"' : '';

test('the first screen is the start page with everything it imports, and no other page', () => {
  expect(firstScreen(manifest, html, clientApp).toSorted()).toEqual(
    [
      ...['_app/0.css', '_app/0.js', '_app/1.js', '_app/base.css', '_app/deep.js'],
      ...['_app/home.js', '_app/start.js', '_app/svelte.js'],
    ].toSorted(),
  );
});

test('the start page may be in a group of routes, with a layout of its own', () => {
  const grouped =
    'dictionary = {\n\t\t"/(people)/chat/[key]": [2,[2]],\n\t\t"/(people)": [3,[2]]\n\t};';
  expect(firstScreen(manifest, html, grouped)).toContain('_app/calls.js');
  expect(firstScreen(manifest, html, grouped)).toContain('_app/home.js');
});

test('the network chunk is what the dynamic import of libp2p adds', () => {
  const first = firstScreen(manifest, html, clientApp);
  expect(networkChunk(manifest, first, read).toSorted()).toEqual([
    '_app/compose.js',
    '_app/libp2p.js',
    '_app/noise.js',
  ]);
});

test('what the chunk that asks for libp2p brought with it is not the network chunk', () => {
  const composed = {
    ...manifest,
    'src/lib/app/compose.ts': {
      file: '_app/compose.js',
      imports: ['_codec'],
      dynamicImports: ['src/lib/adapters/libp2p/peer-network.ts'],
    },
    'src/lib/adapters/libp2p/peer-network.ts': {
      file: '_app/network.js',
      imports: ['_codec', '_libp2p'],
    },
    _codec: { file: '_app/codec.js' },
  };
  const first = firstScreen(composed, html, clientApp);
  expect(networkChunk(composed, first, read).toSorted()).toEqual([
    '_app/libp2p.js',
    '_app/network.js',
    '_app/noise.js',
  ]);
});

test('libp2p in the first screen is refused', () => {
  const eager = {
    ...manifest,
    [`${kit}/nodes/3.js`]: { file: '_app/home.js', imports: ['_libp2p'] },
  };
  expect(() => networkChunk(eager, firstScreen(eager, html, clientApp), read)).toThrow(/waits/);
});

test('a build without the network is refused', () => {
  expect(() => networkChunk(manifest, [], () => '')).toThrow(/No chunk/);
});

test('a start page that cannot be found is refused', () => {
  expect(() => firstScreen(manifest, html, '')).toThrow(/page at/);
  expect(() => firstScreen({}, html, clientApp)).toThrow(/start page/);
});
