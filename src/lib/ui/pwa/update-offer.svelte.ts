/** The message the worker takes as the person's consent; the same text is in `src/service-worker`. */
const APPLY_UPDATE = 'apply-update';

let waiting = $state.raw<ServiceWorker>();

/** A new version of the app that is downloaded and waits. Never applied unasked: it would end a call. */
export const updateOffer = {
  get ready(): boolean {
    return waiting !== undefined;
  },

  /** Registers the service worker. Called after the first paint, so that it never competes with it. */
  async start(): Promise<void> {
    if (!('serviceWorker' in navigator)) return;
    try {
      const registration = await navigator.serviceWorker.register('/service-worker.js', {
        type: import.meta.env.DEV ? 'module' : 'classic',
      });
      follow(registration);
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
