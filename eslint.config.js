import { defineConfig, globalIgnores } from 'eslint/config';
import svelte from 'eslint-plugin-svelte';
import { configs, parser } from 'typescript-eslint';
import { layerRules } from './scripts/layer-rules.js';
import svelteConfig from './svelte.config.js';

/** Time, chance and the page reach these layers through ports only. */
const HEADLESS = ['src/lib/domain/**', 'src/lib/protocol/**', 'src/lib/core/**'];
const TESTS = ['**/*.test.ts', 'src/lib/testing/**', 'relay/test/**', 'e2e/**', 'bench/**'];

const WORLD_GLOBALS = [
  ...['setTimeout', 'setInterval', 'setImmediate', 'requestAnimationFrame'],
  ...['window', 'document', 'navigator', 'location', 'localStorage', 'sessionStorage'],
  ...['fetch', 'WebSocket', 'Notification', 'indexedDB', 'performance', 'process', 'Buffer'],
];

export default defineConfig(
  globalIgnores(['build/', '.svelte-kit/', 'src/lib/messages/', 'test-results/', 'data/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  configs.strictTypeChecked,
  svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-warning-comments': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-template': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ObjectExpression > SpreadElement > ObjectExpression',
          message: 'Write the properties out: a spread is not checked for properties too many.',
        },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      // What they look for is not written here (enums, classes as plain objects), and they cost seconds.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-deprecated': 'off',
      // Interfaces are written with methods, and what implements them seldom has a `this`.
      '@typescript-eslint/unbound-method': 'off',
      // A port's promise is kept by an `async` method also where nothing is waited for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser, svelteConfig } },
    rules: {
      // Props are taken apart with `let`.
      'prefer-const': 'off',
      'svelte/prefer-const': 'error',
      // Paths are absolute, and components know nothing of Kit.
      'svelte/no-navigation-without-resolve': 'off',
      // svelte-check compiles with the project's own options; this rule does not, and sees fewer warnings.
      'svelte/no-unused-svelte-ignore': 'off',
      // Types of templates are svelte-check's; the parser here gives `any` for some of them.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // Served as it is, and in no program.
    files: ['static/**'],
    extends: [configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
  },
  {
    files: HEADLESS,
    ignores: TESTS,
    rules: {
      'no-restricted-globals': [
        'error',
        ...WORLD_GLOBALS.map((name) => ({ name, message: 'The world comes in through a port.' })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time comes in through the clock.' },
        { object: 'Math', property: 'random', message: 'Chance comes in through random.' },
      ],
    },
  },
  {
    files: ['src/lib/**', 'src/routes/**'],
    ignores: [...HEADLESS, ...TESTS, 'src/lib/adapters/webrtc/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'RTCPeerConnection', message: 'Only adapters/webrtc makes connections for voice.' },
      ],
    },
  },
  {
    // Where a log ends.
    files: ['src/lib/adapters/browser/log.ts', 'bench/**'],
    rules: { 'no-console': 'off' },
  },
  layerRules,
);
