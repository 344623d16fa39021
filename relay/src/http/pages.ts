import type { IncomingMessage, ServerResponse } from 'node:http';
import { appFile, ENCODINGS, isHidden } from './app-files.ts';
import type { AppFile, Encoding } from './app-files.ts';
import {
  contentSecurityPolicy,
  documentHeaders,
  inlineScriptHashes,
  PART_HEADERS,
} from './security-headers.ts';

/** Answers of the relay over HTTP besides the app: all of them small and made when asked. */
export interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const INDEX = '/index.html';
const IMMUTABLE_PREFIX = '/_app/immutable/';
const IMMUTABLE = 'public, max-age=31536000, immutable';
const CHECK_EACH_TIME = 'no-cache';

const NO_APP = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>WOXLY relay</title></head>
  <body>
    <h1>WOXLY relay</h1>
    <p>This relay runs, but it has no app to serve: build the app, or name its folder with --app.</p>
  </body>
</html>
`;

/** The best encoding that a request accepts and does not weigh at 0. */
function acceptedEncoding(header: string | undefined): Encoding | undefined {
  const accepted = (header ?? '').split(',').map((item) => item.trim().toLowerCase());
  return ENCODINGS.find((encoding) =>
    accepted.some((item) => {
      const [name, weight] = item.split(/\s*;\s*q=/);
      return name === encoding && (weight === undefined || Number(weight) > 0);
    }),
  );
}

function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((item) => {
    const known = item.trim().replace(/^W\//, '');
    return known === '*' || known === `"${etag}"`;
  });
}

/** The path a request asks for, decoded, or `undefined` if that is not text. */
export function requestPath(url: string | undefined): string | undefined {
  try {
    const path = decodeURIComponent((url ?? '/').split(/[?#]/, 1)[0] ?? '/');
    return path.startsWith('/') && !path.includes('\0') ? path : undefined;
  } catch {
    return undefined;
  }
}

export interface Pages {
  readonly hasApp: boolean;
  /** Sends a made page. */
  send(request: IncomingMessage, response: ServerResponse, page: Page): void;
  /** Sends a file of the app; any path without a file extension is the app itself. */
  sendApp(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
}

/** What browsers show by itself, and may run scripts in. */
const DOCUMENT = /html|xml/;
/** A worker, unlike any other script, brings the policy under which it runs. */
const SCRIPT = /javascript/;
const NO_WORKERS = /^\/_app\/immutable\/(?!workers\/)/;

/** The pages of a relay that serves `files`. */
export function createPages(
  files: ReadonlyMap<string, AppFile>,
  /** Whether browsers come over TLS, at the port that is meant without saying. */
  { hasTls }: { readonly hasTls: boolean },
): Pages {
  const hasApp = files.has(INDEX);
  const index = files.get(INDEX) ?? appFile(INDEX, Buffer.from(NO_APP));
  const policy = contentSecurityPolicy(inlineScriptHashes(index.bytes.toString('utf8')));
  const ofDocuments = { ...PART_HEADERS, ...documentHeaders(policy, hasTls) };
  const headersFor = (type: string, path = ''): Readonly<Record<string, string>> =>
    DOCUMENT.test(type) || (SCRIPT.test(type) && !NO_WORKERS.test(path))
      ? ofDocuments
      : PART_HEADERS;

  const fileAt = (path: string): AppFile | undefined => {
    const file = files.get(path);
    if (file !== undefined) return file;
    const last = path.slice(path.lastIndexOf('/') + 1);
    if (last.includes('.') || path.startsWith('/_app/') || isHidden(path)) return undefined;
    return hasApp || path === '/' ? index : undefined;
  };

  const send: Pages['send'] = (request, response, page) => {
    response.writeHead(page.status, {
      ...headersFor(page.type),
      'Content-Type': page.type,
      'Content-Length': Buffer.byteLength(page.body),
      'Cache-Control': 'no-store',
      ...page.headers,
    });
    response.end(request.method === 'HEAD' ? undefined : page.body);
  };

  return {
    hasApp,
    send,
    async sendApp(request, response, path) {
      const file = fileAt(path);
      if (file === undefined) {
        send(request, response, {
          status: 404,
          type: 'text/plain; charset=utf-8',
          body: 'Not found\n',
        });
        return;
      }
      const encoding = file.compressible
        ? acceptedEncoding(request.headers['accept-encoding'])
        : undefined;
      const etag = encoding === undefined ? file.etag : `${file.etag}-${encoding}`;
      const common = {
        ...headersFor(file.type, path),
        ETag: `"${etag}"`,
        'Cache-Control': path.startsWith(IMMUTABLE_PREFIX) ? IMMUTABLE : CHECK_EACH_TIME,
        ...(file.compressible ? { Vary: 'Accept-Encoding' } : {}),
      };
      if (isKnown(request.headers['if-none-match'], etag)) {
        response.writeHead(304, common).end();
        return;
      }
      const body = encoding === undefined ? file.bytes : await file.encoded(encoding);
      response.writeHead(200, {
        ...common,
        'Content-Type': file.type,
        'Content-Length': body.byteLength,
        ...(encoding === undefined ? {} : { 'Content-Encoding': encoding }),
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    },
  };
}
