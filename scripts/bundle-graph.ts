/** Vite's build manifest: chunks by their source or name. */
export type Manifest = Readonly<Record<string, Chunk>>;

interface Chunk {
  readonly file: string;
  readonly src?: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
}

/** Only the code of libp2p's circuit relay names this protocol. */
const NETWORK_MARK = '/libp2p/circuit/relay/0.2.0/';

/**
 * Files that the start page needs before it can be used: what `index.html` asks for, and the static imports and
 * styles of Kit's entries, the root layout, the error page, and the page at `/`.
 *
 * @param clientApp - Kit's generated `app.js`, which says what node is the page at `/`
 */
export function firstScreen(
  manifest: Manifest,
  html: string,
  clientApp: string,
): readonly string[] {
  const asked = [...html.matchAll(/"\/([^"]+\.(?:js|css))"/g)].flatMap(([, file]) => file ?? []);
  const nodes = startNodes(clientApp).map((node) => `client-optimized/nodes/${node}.js`);
  const roots = Object.keys(manifest).filter(
    (key) => asked.includes(manifest[key]?.file ?? '') || nodes.some((node) => key.endsWith(node)),
  );
  if (roots.length < nodes.length) throw new Error('The manifest does not name the start page.');
  return [...new Set([...asked, ...filesOf(manifest, staticImports(manifest, roots))])];
}

/** Kit's nodes of the start page: the root layout, the error page, the page itself, and layouts around it. */
export function startNodes(clientApp: string): readonly number[] {
  // `"/": [2]`, or in a group of routes `"/(group)": [3,[2]]`.
  const entry = /"(?:\/|(?:\/\([\w-]+\))+)": \[(\d+)(?:,\[([\d,]*)\])?/.exec(clientApp);
  if (entry === null) throw new Error('The page at / is not in the generated app.js.');
  const [, page, layouts = ''] = entry;
  return [0, 1, Number(page), ...layouts.split(',').filter(Boolean).map(Number)];
}

/**
 * Files that are loaded for the network and not before the first screen: everything that comes with the dynamic
 * imports through which libp2p is reached, and that was not there when it was asked for.
 */
export function networkChunk(
  manifest: Manifest,
  first: readonly string[],
  read: (file: string) => string,
): readonly string[] {
  const marked = new Set(
    Object.keys(manifest).filter((key) => read(manifest[key]?.file ?? '').includes(NETWORK_MARK)),
  );
  if (marked.size === 0) throw new Error(`No chunk contains ${NETWORK_MARK}.`);
  const inFirst = [...marked].filter((key) => first.includes(manifest[key]?.file ?? ''));
  if (inFirst.length > 0)
    throw new Error(`The first screen waits for libp2p: ${inFirst.join(', ')}.`);
  const dynamic = new Set(Object.values(manifest).flatMap((chunk) => chunk.dynamicImports ?? []));
  const roots = [...dynamic].filter((root) =>
    staticImports(manifest, [root]).some((key) => marked.has(key)),
  );
  const askers = Object.keys(manifest).filter((key) =>
    manifest[key]?.dynamicImports?.some((root) => roots.includes(root)),
  );
  const there = new Set([...first, ...filesOf(manifest, staticImports(manifest, askers))]);
  const files = new Set(filesOf(manifest, staticImports(manifest, roots)));
  return [...files].filter((file) => !there.has(file));
}

function staticImports(manifest: Manifest, roots: readonly string[]): readonly string[] {
  const reached = new Set(roots);
  // A set takes new members while it is walked.
  for (const key of reached) manifest[key]?.imports?.forEach((next) => reached.add(next));
  return [...reached];
}

function filesOf(manifest: Manifest, keys: readonly string[]): readonly string[] {
  return keys.flatMap((key) => {
    const chunk = manifest[key];
    return chunk === undefined ? [] : [chunk.file, ...(chunk.css ?? [])];
  });
}
