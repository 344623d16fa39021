import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LAYERS, PACKAGES } from '../layers.js';

/**
 * The first of the two nets under `layers.js`: ESLint's `no-restricted-imports` for every folder. It sees type
 * imports and `.svelte` files; dependency-cruiser, the second, sees cycles, dynamic imports and what a package
 * name resolves to.
 *
 * @typedef {{ regex: string, message: string }} Pattern
 * @typedef {{ root: string, name: string, allowed: readonly string[] }} Folder
 */

const ROOT = join(import.meta.dirname, '..');

/** How deep folders of one layer nest at most. */
const MAX_DEPTH = 5;

const TEST_FILES = ['**/*.test.ts', 'relay/test/**'];

/** @type {import('eslint').Linter.Config[]} */
export const layerRules = folders().flatMap((folder) => [
  ...depths(folder, false),
  ...depths(folder, true),
]);

/** @returns {Folder[]} */
function folders() {
  return Object.entries(LAYERS).flatMap(([name, allowed]) => {
    const root = rootOf(name);
    if (name !== 'adapters') return [{ root, name, allowed }];
    // Each adapter is a layer of its own: they never import each other.
    return readdirSync(join(ROOT, root)).map((adapter) => ({
      root: `${root}/${adapter}`,
      name: `adapters/${adapter}`,
      allowed,
    }));
  });
}

/**
 * Where a layer's files are.
 *
 * @param {string} layer
 */
export function rootOf(layer) {
  const places = [`src/lib/${layer}`, `src/${layer}`, layer];
  return places.find((place) => existsSync(join(ROOT, place))) ?? `src/lib/${layer}`;
}

/**
 * One configuration for each depth of folders: how many `../` leave the layer depends on where a file is.
 *
 * @param {Folder} folder
 * @param {boolean} test
 * @returns {import('eslint').Linter.Config[]}
 */
function depths(folder, test) {
  const shared = [layerPattern(folder, test), ...packagePatterns(folder, test)];
  return Array.from({ length: MAX_DEPTH }, (_, depth) => {
    const files = `${folder.root}/${'*/'.repeat(depth)}*.{ts,js,svelte}`;
    return {
      name: `layer ${folder.name}, depth ${depth}${test ? ', tests' : ''}`,
      // A list in a list: both patterns must match.
      files: test ? TEST_FILES.map((tests) => [files, tests]) : [files],
      ...(test ? {} : { ignores: TEST_FILES }),
      rules: {
        'no-restricted-imports': ['error', { patterns: [...shared, leaving(folder, depth, test)] }],
      },
    };
  });
}

/**
 * @param {Folder} folder
 * @param {number} depth
 * @param {boolean} test
 * @returns {Pattern}
 */
function leaving({ name }, depth, test) {
  // Tests of the catalogue read its sources.
  const except = test ? String.raw`(?!(?:\.\./)*messages/\w+\.json$)` : '';
  return {
    regex: `^(?:\\.\\./){${depth + 1}}${except}`,
    message: `Leaves the layer ${name}: import other layers as #lib/….`,
  };
}

/**
 * @param {Folder} folder
 * @param {boolean} test
 * @returns {Pattern}
 */
function layerPattern({ name, allowed }, test) {
  const open = [...allowed, name, ...(test ? ['testing'] : [])];
  return {
    regex: `^(?:#lib|\\$lib)/(?!(?:${open.join('|')})/)`,
    message: `The layer ${name} may import ${open.join(', ')} (layers.js).`,
  };
}

/**
 * @param {Folder} folder
 * @param {boolean} test
 * @returns {Pattern[]}
 */
function packagePatterns({ root, name }, test) {
  return Object.entries(PACKAGES)
    .filter(([, { folders: open, tests }]) => !(tests && test) && !isInside(root, open))
    .map(([packages, { names }]) => ({
      regex: `^(?:${names.map((each) => (/[/:]$/.test(each) ? each : `${each}(?:/|$)`)).join('|')})`,
      message: `The layer ${name} may not import ${packages} (layers.js).`,
    }));
}

/**
 * @param {string} folder
 * @param {readonly string[]} places
 */
function isInside(folder, places) {
  return places.some((place) => `${folder}/`.startsWith(`${place}/`));
}
