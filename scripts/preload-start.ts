import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Adapter, Builder } from '@sveltejs/kit';
import { startNodes } from './bundle-graph.ts';
import type { Manifest } from './bundle-graph.ts';

/**
 * Lets the page ask at once for all that its start page needs. Kit's fallback page names the root layout only, as it
 * is the answer to every address; the rest would be asked for a round trip later, when the first scripts run.
 */
export function preloadStart(adapter: Adapter): Adapter {
  return {
    ...adapter,
    adapt: (builder) =>
      adapter.adapt({
        ...builder,
        async generateFallback(page) {
          await builder.generateFallback(page);
          const html = readFileSync(page, 'utf8');
          writeFileSync(page, withPreloads(html, startFiles(builder)));
        },
      }),
  };
}

/** @throws when the page has nowhere to put them */
export function withPreloads(html: string, files: readonly string[]): string {
  const missing = files.filter((file) => !html.includes(`"/${file}"`));
  const links = missing.map((file) => `<link href="/${file}" rel="modulepreload">`).join('\n\t\t');
  const [before, after, ...more] = html.split('</head>');
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error('The page has not one </head>.');
  return `${before}${links}\n  </head>${after}`;
}

function startFiles(builder: Builder): readonly string[] {
  const built = join(builder.getBuildDirectory('output'), 'client', '.vite', 'manifest.json');
  const app = join(builder.getBuildDirectory('generated'), 'client-optimized', 'app.js');

  const manifest = JSON.parse(readFileSync(built, 'utf8')) as Manifest;
  const nodes = startNodes(readFileSync(app, 'utf8')).map((node) => `/nodes/${node}.js`);
  return Object.entries(manifest)
    .filter(([source]) => nodes.some((node) => source.endsWith(node)))
    .map(([, { file }]) => file);
}
