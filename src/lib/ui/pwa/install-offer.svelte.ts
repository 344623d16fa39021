/** Chromium's own event (https://wicg.github.io/manifest-incubations/); other browsers install by their menu. */
interface BeforeInstallPromptEvent extends Event {
  prompt(): Promise<unknown>;
}

let offer = $state.raw<BeforeInstallPromptEvent>();

/** The browser's offer to install the app, kept until the person asks for it. */
export const installOffer = {
  get possible(): boolean {
    return offer !== undefined;
  },

  /** Listens from now on; the browser offers once, soon after the page is loaded. */
  start(): void {
    addEventListener('beforeinstallprompt', (event) => {
      event.preventDefault();
      offer = event as BeforeInstallPromptEvent;
    });
    addEventListener('appinstalled', () => (offer = undefined));
  },

  /** Shows the browser's question. It can be asked once. */
  async accept(): Promise<void> {
    const asked = offer;
    offer = undefined;
    await asked?.prompt();
  },
};
