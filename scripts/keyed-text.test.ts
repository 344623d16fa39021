import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, parse } from 'svelte/compiler';
import type { AST } from 'svelte/compiler';
import { expect, test } from 'vitest';
import { ROOT } from './command.ts';
import { keyedText, keyTexts } from './keyed-text.ts';

const markup = (source: string) =>
  keyTexts(source)
    .code.replace(/<script[^]*?<\/script>/g, '')
    .trim();

test.each([
  ['<p>{name}</p>', '<p><KeyedText text={name} /></p>'],
  [
    '<p>at {time} by {name}</p>',
    '<p>at <KeyedText text={time} /> by <KeyedText text={name} /></p>',
  ],
  // Text that a block begins or ends with is what Svelte takes the block out by.
  [
    '{#if a}on{:else}off{/if}',
    '{#if a}<KeyedText text={"on"} />{:else}<KeyedText text={"off"} />{/if}',
  ],
  ['{#if a}<b>x</b> is\n  on {/if}', '{#if a}<b>x</b><KeyedText text={" is on"} />{/if}'],
  ['<Button>Save</Button>', '<Button><KeyedText text={"Save"} /></Button>'],
  [
    '{#await p}{a}{:then b}{b}{/await}',
    '{#await p}<KeyedText text={a} />{:then b}<KeyedText text={b} />{/await}',
  ],
  ['{#snippet s()}{a}{/snippet}', '{#snippet s()}<KeyedText text={a} />{/snippet}'],
  // What takes nothing but text stays as it is, and so does what is not drawn.
  ['<option>{a}</option>', '<option>{a}</option>'],
  ['<textarea>{a}</textarea>', '<textarea>{a}</textarea>'],
  [
    '<svelte:head><title>{a}</title></svelte:head>',
    '<svelte:head><title>{a}</title></svelte:head>',
  ],
  ['<p title={a}>still</p>', '<p title={a}>still</p>'],
])('%s', (source, wanted) => {
  expect(markup(source)).toBe(wanted);
});

test('it is imported where it is used, with and without a script', () => {
  const line = /import KeyedText from/;
  expect(keyTexts('<p>{a}</p>').code).toMatch(line);
  expect(keyTexts('<script lang="ts">\n  let a = 1;\n</script>\n<p>{a}</p>').code).toMatch(line);
  expect(keyTexts('<p>still</p>').code).not.toMatch(line);
});

test('components of packages are left alone', () => {
  const filename = '/app/node_modules/some/Thing.svelte';
  expect(keyedText().markup?.({ content: '<p>{a}</p>', filename })).toBeUndefined();
});

const components = globSync('src/**/*.svelte', { cwd: ROOT });

test.each(components)('every text of %s has an element that goes with it', (path) => {
  if (path.endsWith('KeyedText.svelte')) return;
  const { code } = keyTexts(readFileSync(join(ROOT, path), 'utf8'));
  expect(code.match(/import KeyedText/g)?.length ?? 0).toBeLessThan(2);
  expect(bareTexts(parse(code, { modern: true }).fragment)).toEqual([]);
  compile(code, { runes: true, generate: 'client' });
});

/** The texts that Svelte would write to, or take a block out by, without an element of their own. */
function bareTexts(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  if (Array.isArray(node)) return node.flatMap(bareTexts);
  const { type } = node as { type?: string };
  if (type === 'TitleElement' || /Attribute$|Directive$/.test(type ?? '')) return [];
  if (type === 'RegularElement' && (node as AST.RegularElement).name === 'option') return [];
  if (type === 'ExpressionTag') return [JSON.stringify(node)];
  return Object.values(node).flatMap(bareTexts);
}
