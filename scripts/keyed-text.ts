import MagicString from 'magic-string';
import { parse } from 'svelte/compiler';
import type { AST, PreprocessorGroup } from 'svelte/compiler';

/** The component that every text of a template is shown by, and how it is imported. */
const NAME = 'KeyedText';
const IMPORT = `import ${NAME} from '#lib/ui/primitives/${NAME}.svelte';`;

/** In these a browser takes text only, and keeps page translators' elements out. */
const TEXT_ONLY: ReadonlySet<string> = new Set(['option', 'script', 'style', 'textarea', 'title']);

/**
 * Gives every text in the templates of our components an element that is made anew when the text changes, as
 * `KeyedText.svelte` says why. Done here and not by hand, so that no text can be forgotten.
 */
export function keyedText(): PreprocessorGroup {
  return {
    name: 'keyed-text',
    markup: ({ content, filename = '' }) => {
      if (filename.includes('/node_modules/') || filename.endsWith(`/${NAME}.svelte`)) return;
      return keyTexts(content);
    },
  };
}

/** The source of a component with its texts keyed. */
export function keyTexts(source: string) {
  const root = parse(source, { modern: true });
  const code = new MagicString(source);
  let found = 0;

  const show = (node: AST.Text | AST.ExpressionTag, text: string) => {
    found += 1;
    code.overwrite(node.start, node.end, `<${NAME} text={${text}} />`);
  };

  /** Text of ours in an element stays what it is: it goes only with the element. Elsewhere it is what Svelte takes out by. */
  const fragment = ({ nodes }: AST.Fragment, inElement: boolean): void => {
    for (const [index, node] of nodes.entries()) {
      if (node.type === 'ExpressionTag') {
        show(node, source.slice(node.start + 1, node.end - 1));
      } else if (node.type === 'Text' && !inElement && node.data.trim() !== '') {
        let text = node.data.replaceAll(/[ \t\r\n]+/g, ' ');
        if (index === 0) text = text.replace(/^ /, '');
        if (index === nodes.length - 1) text = text.replace(/ $/, '');
        show(node, JSON.stringify(text));
      } else {
        inside(node);
      }
    }
  };

  const inside = (node: AST.Fragment['nodes'][number]): void => {
    const inElement = node.type === 'RegularElement' || node.type === 'SvelteElement';
    if (node.type === 'TitleElement' || (inElement && TEXT_ONLY.has(node.name))) return;
    for (const part of Object.values(node)) if (isFragment(part)) fragment(part, inElement);
  };

  fragment(root.fragment, false);
  if (found > 0) {
    if (root.instance) code.appendLeft(start(root.instance), `\n  ${IMPORT}`);
    else code.append(`\n<script lang="ts">\n  ${IMPORT}\n</script>\n`);
  }
  return { code: code.toString(), map: code.generateMap({ hires: true }) };
}

/** Where the program of a script begins. */
const start = ({ content }: AST.Script): number => (content as unknown as { start: number }).start;

const isFragment = (part: unknown): part is AST.Fragment =>
  typeof part === 'object' && part !== null && 'type' in part && part.type === 'Fragment';
