import { compile } from '@inlang/paraglide-js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import options from '../paraglide.config.js';
import { ROOT } from './command.ts';

/** Compiles `messages/*.json` to `src/lib/messages`, and refuses an empty outcome. */
await compile(options);
const compiled = readFileSync(
  join(ROOT, 'src', 'lib', 'messages', 'messages', '_index.js'),
  'utf8',
);
const count = compiled.match(/^export /gm)?.length ?? 0;
// No message at all, and no error: what a plugin that was not found looks like.
process.stdout.write(`${count} messages\n`);
// The compiler leaves a timer of half a minute behind.
process.exit(count > 0 ? 0 : 1);
