import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
  '.webm': 'video/webm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
const COMPRESSIBLE = /^text\/|json|svg|wasm|icon/;
/** Below this the headers outweigh what compression saves, bytes. */
const COMPRESS_FROM_BYTES = 256;
/** Brotli 9 is within 5 % of 11 on scripts at a tenth of the time. */
const BROTLI_QUALITY = 9;

export const ENCODINGS = ['br', 'gzip'] as const;
export type Encoding = (typeof ENCODINGS)[number];

export interface AppFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** Without quotes; an encoded body has `-br` or `-gzip` after it. */
  readonly etag: string;
  readonly compressible: boolean;
  /** The compressed body, made once and kept. */
  encoded(encoding: Encoding): Promise<Buffer>;
}

const compress: Readonly<Record<Encoding, (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
    }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: 9 }),
};

/** A file to serve, from its name and bytes. `ready` are bodies that the build has compressed already. */
export function appFile(
  name: string,
  bytes: Buffer,
  ready: Partial<Record<Encoding, Buffer>> = {},
): AppFile {
  const type = TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream';
  const made = new Map<Encoding, Promise<Buffer>>();
  return {
    type,
    bytes,
    etag: createHash('sha256').update(bytes).digest('base64url').slice(0, 27),
    compressible: COMPRESSIBLE.test(type) && bytes.byteLength >= COMPRESS_FROM_BYTES,
    encoded(encoding) {
      const given = ready[encoding];
      const body =
        made.get(encoding) ?? (given ? Promise.resolve(given) : compress[encoding](bytes));
      made.set(encoding, body);
      return body;
    },
  };
}

const SUFFIX: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz' };

/**
 * Whether a path leads to a file that is hidden by its name, or into such a folder: what builds and editors leave
 * behind, `.env` and `.git` among it. `.well-known` is for the world (RFC 8615).
 */
export const isHidden = (path: string): boolean =>
  path.split('/').some((part) => part.startsWith('.') && part !== '.well-known');

/**
 * Reads a built app into memory: URL path → file. A request is looked up here and never touches the disk, so that
 * no path can lead outside, and a build that runs meanwhile is not served half done. Empty if there is no app.
 */
export async function loadAppFiles(folder: string): Promise<Map<string, AppFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const bodies = new Map<string, Buffer>();
  for (const entry of entries) {
    if (!entry.isFile()) continue; // links included: they may lead anywhere
    const path = join(entry.parentPath, entry.name);
    const url = `/${relative(folder, path).split(sep).join('/')}`;
    if (!isHidden(url)) bodies.set(url, await readFile(path));
  }
  const files = new Map<string, AppFile>();
  for (const [path, bytes] of bodies) {
    if (
      ENCODINGS.some((encoding) => path.endsWith(SUFFIX[encoding]) && bodies.has(path.slice(0, -3)))
    )
      continue;
    const ready: Partial<Record<Encoding, Buffer>> = {};
    for (const encoding of ENCODINGS) {
      const body = bodies.get(path + SUFFIX[encoding]);
      if (body !== undefined) ready[encoding] = body;
    }
    files.set(path, appFile(path, bytes, ready));
  }
  return files;
}
