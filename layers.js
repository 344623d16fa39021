/**
 * Who may import whom: the one table that ESLint (`eslint.config.js`) and dependency-cruiser
 * (`.dependency-cruiser.js`) both read. A layer may always import itself, adapters excepted: each folder of
 * `adapters` may import only itself.
 */
export const LAYERS = {
  domain: [],
  protocol: ['domain'],
  patches: ['domain'],
  ports: ['domain', 'protocol'],
  core: ['domain', 'protocol', 'ports'],
  adapters: ['domain', 'protocol', 'ports', 'patches'],
  state: ['domain', 'ports', 'core'],
  ui: ['domain', 'state', 'messages'],
  app: ['domain', 'protocol', 'ports', 'core', 'adapters', 'state', 'ui', 'messages'],
  routes: ['app', 'state', 'ui', 'messages', 'domain'],
  testing: ['domain', 'protocol', 'ports', 'core'],
  'service-worker': [],
  relay: ['domain', 'protocol', 'patches'],
};

/**
 * Packages that only these folders may import, by name or by scope (`@scope/`). With `tests`, tests may as well.
 * What is no layer (`scripts`, `e2e`, `bench`) may import anything.
 */
export const PACKAGES = {
  libp2p: {
    names: ['libp2p', '@libp2p/'],
    folders: ['src/lib/adapters/libp2p', 'relay'],
    tests: false,
  },
  idb: { names: ['idb'], folders: ['src/lib/adapters/idb'], tests: false },
  svelte: {
    names: ['svelte', '@sveltejs/', 'bits-ui', '@lucide/'],
    folders: ['src/lib/state', 'src/lib/ui', 'src/lib/app', 'src/routes', 'src/service-worker'],
    tests: false,
  },
  node: { names: ['node:'], folders: ['relay'], tests: true },
  tests: {
    names: [
      'vitest',
      '@vitest/',
      'vitest-browser-svelte',
      'playwright',
      '@playwright/',
      'axe-core',
    ],
    folders: ['src/lib/testing'],
    tests: true,
  },
};
