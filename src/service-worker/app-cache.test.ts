import { expect, test } from 'vitest';
import { AppCache } from './app-cache.ts';

const PAGE = '<script src="/_app/immutable/a.js"></script>';
const PATHS = new Set(['/', '/_app/immutable/a.js', '/icons/icon.svg']);

/** A worker's surroundings: what is kept, and a server that has `files`; none without a network. */
function world(files: Readonly<Record<string, string>> | 'offline') {
  const server = { files };
  const kept = new Map<string, Response>();
  const asked: string[] = [];
  const pending: Promise<void>[] = [];
  const cache = new AppCache({
    open: async () => ({
      match: async (path) => kept.get(path)?.clone(),
      put: async (path, response) => void kept.set(path, response),
    }),
    paths: PATHS,
    fetch: async (request, init) => {
      const path = typeof request === 'string' ? request : new URL(request.url).pathname;
      asked.push(`${path} ${init?.cache ?? 'as asked'}`);
      if (server.files === 'offline') throw new TypeError('no network');
      const body = server.files[path];
      return body === undefined ? new Response('', { status: 404 }) : new Response(body);
    },
  });
  const answer = async (path: string) => {
    const request = new Request(new URL(path, 'https://woxly.example'));
    const response = await cache.answer(path, request, (work) => pending.push(work));
    const text = await response.text();
    await Promise.all(pending);
    return text;
  };
  return { answer, asked, cache, kept, server };
}
const whole = { '/': PAGE, '/_app/immutable/a.js': 'a', '/icons/icon.svg': 'icon' };

test('what has a hash in its name is not asked for again, all else is', async () => {
  const { asked, cache, kept } = world(whole);
  await cache.fill();
  expect(new Set(kept.keys())).toEqual(PATHS);
  expect(asked.toSorted()).toEqual([
    '/ no-cache',
    '/_app/immutable/a.js default',
    '/icons/icon.svg no-cache',
  ]);
});

test('half an app, or the page of another version, is none', async () => {
  await expect(world({ '/': PAGE, '/icons/icon.svg': 'icon' }).cache.fill()).rejects.toThrow();
  const other = { ...whole, '/': PAGE.replace('a.js', 'b.js') };
  await expect(world(other).cache.fill()).rejects.toThrow(/version/);
});

test('what is kept is given with no network', async () => {
  const { answer, cache, server } = world(whole);
  await cache.fill();
  server.files = 'offline';
  expect(await answer('/')).toBe(PAGE);
});

test('one file that is asked for and gone brings back all that is gone', async () => {
  const { answer, cache, kept, server } = world(whole);
  await cache.fill();
  kept.clear();
  expect(await answer('/_app/immutable/a.js')).toBe('a');
  server.files = 'offline';
  expect(await answer('/')).toBe(PAGE);
  expect(new Set(kept.keys())).toEqual(PATHS);
});

test('what the server no longer has, or has of another version, stays missing and harms nothing', async () => {
  const { answer, kept } = world({ '/': PAGE.replace('a.js', 'b.js'), '/icons/icon.svg': 'icon' });
  expect(await answer('/')).toContain('b.js');
  expect([...kept.keys()]).toEqual(['/icons/icon.svg']);
});

test('where nothing can be kept the network answers', async () => {
  const cache = new AppCache({
    open: async () => Promise.reject(new Error('refused')),
    paths: PATHS,
    fetch: async () => new Response('a'),
  });
  const request = new Request('https://woxly.example/_app/immutable/a.js');
  const later: Promise<void>[] = [];
  const response = await cache.answer('/_app/immutable/a.js', request, (work) => later.push(work));
  expect(await response.text()).toBe('a');
  await Promise.all(later);
});
