/**
 * Who may import whom: the one table that ESLint (`eslint.config.js`) and dependency-cruiser
 * (`.dependency-cruiser.js`) both read. A layer may always import itself, adapters excepted: each folder of
 * `adapters` may import only itself.
 */
export const LAYERS = {
  domain: [],
  protocol: ['domain'],
  ports: ['domain', 'protocol'],
  core: ['domain', 'protocol', 'ports'],
  adapters: ['domain', 'protocol', 'ports'],
  state: ['domain', 'ports', 'core'],
  ui: ['domain', 'state', 'messages'],
  app: ['domain', 'protocol', 'ports', 'core', 'adapters', 'state', 'ui', 'messages'],
  routes: ['app', 'state', 'ui', 'messages', 'domain'],
  testing: ['domain', 'protocol', 'ports'],
  relay: ['domain', 'protocol'],
};

/** Packages that only these folders may import. */
export const PACKAGES = {
  libp2p: ['src/lib/adapters/libp2p', 'relay'],
  idb: ['src/lib/adapters/idb'],
  svelte: ['src/lib/state', 'src/lib/ui', 'src/lib/app', 'src/routes'],
};
