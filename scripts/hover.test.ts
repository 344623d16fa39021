import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseCss } from 'svelte/compiler';
import { expect, test } from 'vitest';
import { ROOT } from './command.ts';

/** Where a rule for what is pointed at holds although nothing can point: after a touch it would stay. */
function bareHovers(node: unknown, guarded = false): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  if (Array.isArray(node)) return node.flatMap((one) => bareHovers(one, guarded));
  const { type, name, prelude } = node as { type?: string; name?: string; prelude?: unknown };
  if (type === 'PseudoClassSelector' && name === 'hover' && !guarded) return [':hover'];
  const media = type === 'Atrule' && name === 'media' && typeof prelude === 'string';
  const inside = guarded || (media && /\(hover: hover\)/.test(prelude));
  return Object.values(node).flatMap((one) => bareHovers(one, inside));
}

const components = globSync('src/**/*.svelte', { cwd: ROOT });
const sheets = globSync(['src/**/*.css', 'static/**/*.css'], { cwd: ROOT });

test.each([...components, ...sheets])('nothing in %s needs a pointer', (path) => {
  const source = readFileSync(join(ROOT, path), 'utf8');
  const css = path.endsWith('.css') ? parseCss(source) : parse(source, { modern: true }).css;
  expect(bareHovers(css)).toEqual([]);
});

test('a rule is found, and one that asks first is not', () => {
  expect(bareHovers(parseCss('a:hover { color: red }'))).toEqual([':hover']);
  expect(bareHovers(parseCss('@media (width > 1px) { a:is(b:hover) { color: red } }'))).toEqual([
    ':hover',
  ]);
  expect(bareHovers(parseCss('@media (hover: hover) { a:hover { color: red } }'))).toEqual([]);
});
