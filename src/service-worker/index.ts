/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
/// <reference types="@sveltejs/kit" />
import { build, files, version } from '$service-worker';
import { AppCache } from './app-cache.ts';
import { APP_PAGE, cacheName, planFor, precacheList, staleCaches } from './cache-plan.ts';
import { showApp } from './show-app.ts';

const worker = globalThis as unknown as ServiceWorkerGlobalScope;
const precached = new Set(precacheList(build, files));
const cache = new AppCache({
  open: () => caches.open(cacheName(version)),
  paths: precached,
  fetch: (request, init) => fetch(request, init),
});

// All or nothing: a worker that could not fetch everything is not installed, and the old one stays.
worker.addEventListener('install', (event) => {
  event.waitUntil(cache.fill());
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(takeOver());
});

worker.addEventListener('message', (event) => {
  // A new version waits until a person asks for it: activating it would reload the page, and that ends a call.
  if (event.data === 'apply-update') void worker.skipWaiting();
  if (event.data === 'mend-cache') event.waitUntil(cache.mend());
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const asked = { method: request.method, mode: request.mode, url };
  const plan = planFor(asked, worker.location.origin, precached);
  if (plan === 'leave') return;
  const path = plan === 'page' ? APP_PAGE : url.pathname;
  event.respondWith(cache.answer(path, request, (work) => event.waitUntil(work)));
});

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(showApp(worker.clients));
});

async function takeOver(): Promise<void> {
  for (const name of staleCaches(await caches.keys(), version)) await caches.delete(name);
  await worker.clients.claim();
  await cache.mend();
}
