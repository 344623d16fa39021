import { LAYERS, PACKAGES } from './layers.js';
import { rootOf } from './scripts/layer-rules.js';

/**
 * The second of the two nets under `layers.js`: dependency-cruiser, which follows every import to the file it
 * means. ESLint (`scripts/layer-rules.js`) is the first.
 */

const TESTS = String.raw`\.test\.ts$|^relay/test/`;

/** Folders of the repository that are no layer. */
const OUTSIDE = ['e2e', 'bench', 'scripts'];

const roots = Object.fromEntries(Object.keys(LAYERS).map((layer) => [layer, rootOf(layer)]));
/** Generated, and imported by layers that have it in their row. */
roots.messages = 'src/lib/messages';

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const layers = Object.entries(LAYERS).map(([layer, allowed]) => {
  const open = [layer, ...allowed].map((name) => `^${roots[name]}/`);
  return {
    name: `layer-${layer}`,
    comment: `${layer} may import: ${allowed.join(', ') || 'nothing'} (layers.js). Tests may import testing.`,
    severity: 'error',
    from: { path: `^${roots[layer]}/` },
    to: {
      path: ['^src/', '^relay/', ...OUTSIDE.map((folder) => `^${folder}/`)],
      pathNot: [...open, `^${roots.testing}/`],
    },
  };
});

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const packages = Object.entries(PACKAGES).map(([name, { names, folders, tests }]) => ({
  name: `packages-${name}`,
  comment: `Only ${folders.join(', ')}${tests ? ' and tests' : ''} may import this (layers.js).`,
  severity: 'error',
  from: {
    path: '^(src|relay)/',
    pathNot: [...folders.map((folder) => `^${folder}/`), ...(tests ? [TESTS] : [])],
  },
  to:
    name === 'node'
      ? { dependencyTypes: ['core'] }
      : {
          path: `(^|/)node_modules/(${names.map((each) => (each.endsWith('/') ? each : `${each}/`)).join('|')})`,
        },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...layers,
    ...packages,
    {
      name: 'leg-alone',
      comment: 'A leg knows no call: whoever has several keeps several of them.',
      severity: 'error',
      from: { path: '^src/lib/core/call/leg/', pathNot: TESTS },
      to: { path: '^src/lib/core/call/(machine|ways|run)/' },
    },
    {
      name: 'adapters-apart',
      comment: 'Adapters never import each other: what two of them need belongs to a port.',
      severity: 'error',
      from: { path: '^src/lib/adapters/([^/]+)/' },
      to: { path: '^src/lib/adapters/', pathNot: '^src/lib/adapters/$1/' },
    },
    {
      name: 'testing-only-by-tests',
      severity: 'error',
      from: { pathNot: [TESTS, `^${roots.testing}/`, ...OUTSIDE.map((folder) => `^${folder}/`)] },
      to: { path: `^${roots.testing}/` },
    },
    {
      name: 'no-tests',
      comment: 'A test is imported by nothing.',
      severity: 'error',
      from: {},
      to: { path: String.raw`\.(test|spec)\.ts$` },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'An import that cannot be followed would pass every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: String.raw`^\$(app|service-worker|env)(/|$)` },
    },
    {
      name: 'declared',
      comment: 'A package that package.json does not name may be gone after the next install.',
      severity: 'error',
      from: {},
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'undetermined'],
        pathNot: String.raw`^\$`,
      },
    },
    {
      name: 'no-development-packages',
      comment: 'The app and the relay run with what is in "dependencies".',
      severity: 'error',
      from: { path: '^(src|relay)/', pathNot: [TESTS, `^${roots.testing}/`] },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        // Compiled into the app.
        pathNot: '(^|/)node_modules/(svelte|@sveltejs/kit)/',
      },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^src/lib/messages/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'svelte', 'browser', 'node', 'default'],
      extensions: ['.ts', '.js', '.svelte', '.json'],
    },
  },
};
