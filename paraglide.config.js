/**
 * How the message catalogue is compiled, for Vite (the app's build) and for `scripts/messages.ts` (before
 * tests, where Vite's plugin would keep vitest from exiting).
 *
 * @type {import('@inlang/paraglide-js').CompilerOptions}
 */
export default {
  project: './project.inlang',
  outdir: './src/lib/messages',
  strategy: ['globalVariable', 'baseLocale'],
};
