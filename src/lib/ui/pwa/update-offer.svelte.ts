/** The messages that the worker takes; the same texts are in `src/service-worker`. The person's consent: */
const APPLY_UPDATE = 'apply-update';
/** Fetch again what the browser has thrown away. */
const MEND_CACHE = 'mend-cache';

let started = false;
let waiting = $state.raw<ServiceWorker>();

/** A new version of the app that is downloaded and waits. Never applied unasked: it would end a call. */
export const updateOffer = {
  get ready(): boolean {
    return waiting !== undefined;
  },

  /**
   * Registers the service worker, once. It fetches all of the app, so it is called when nothing else is waited for.
   */
  async start(): Promise<void> {
    if (started || !('serviceWorker' in navigator)) return;
    started = true;
    try {
      const registration = await navigator.serviceWorker.register('/service-worker.js', {
        type: import.meta.env.DEV ? 'module' : 'classic',
      });
      follow(registration);
      registration.active?.postMessage(MEND_CACHE);
    } catch {
      // Without a worker the app does not open offline; everything else works.
    }
  },

  /** Lets the new version in and loads the page again from it. */
  apply(): void {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {
      once: true,
    });
    waiting?.postMessage(APPLY_UPDATE);
    waiting = undefined;
  },
};

function follow(registration: ServiceWorkerRegistration): void {
  // The first worker of all has nothing to update.
  const updating = () => navigator.serviceWorker.controller !== null;
  if (registration.waiting && updating()) waiting = registration.waiting;
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing;
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed' && updating()) waiting = worker;
    });
  });
}
