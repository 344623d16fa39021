/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
/// <reference types="@sveltejs/kit" />
import { build, files, version } from '$service-worker';
import { APP_PAGE, cacheName, planFor, precacheList, staleCaches } from './cache-plan.ts';
import { showApp } from './show-app.ts';

const worker = globalThis as unknown as ServiceWorkerGlobalScope;
const precache = precacheList(build, files);
const precached = new Set(precache);

// All or nothing: a worker that could not fetch everything is not installed, and the old one stays.
worker.addEventListener('install', (event) => {
  event.waitUntil(fetchAll());
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(takeOver());
});

// A new version waits until a person asks for it: activating it would reload the page, and that ends a call.
worker.addEventListener('message', (event) => {
  if (event.data === 'apply-update') void worker.skipWaiting();
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const asked = { method: request.method, mode: request.mode, url: new URL(request.url) };
  const plan = planFor(asked, worker.location.origin, precached);
  if (plan === 'cached') event.respondWith(fromCache(request));
  else if (plan === 'page') event.respondWith(page(request));
});

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(showApp(worker.clients));
});

async function fetchAll(): Promise<void> {
  const cache = await caches.open(cacheName(version));
  // Past the browser's own cache: a file without a hash in its name could be one of the version before.
  await cache.addAll(precache.map((path) => new Request(path, { cache: 'reload' })));
}

async function takeOver(): Promise<void> {
  for (const name of staleCaches(await caches.keys(), version)) await caches.delete(name);
  await worker.clients.claim();
}

async function fromCache(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName(version));
  const kept = await cache.match(request, { ignoreSearch: true });
  return kept ?? fetch(request);
}

async function page(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName(version));
  return (await cache.match(APP_PAGE)) ?? fetch(request);
}
