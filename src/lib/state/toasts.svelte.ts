/** A short line over the screen: what just happened, and perhaps one thing to do about it. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  /** Something did not happen that was asked for: said at once, and there until it is dismissed. */
  readonly alarming: boolean;
  readonly action?: { readonly label: string; run(): void };
}

/** Lines that were not dismissed; more would cover the screen. */
const TOASTS_MAX = 3;

/** What is said in passing. The screen decides how long a line stays. */
export class Toasts {
  #next = 0;
  #shown = $state<readonly Toast[]>([]);

  get shown(): readonly Toast[] {
    return this.#shown;
  }

  say = (text: string, action?: Toast['action']): void => this.#show(text, false, action);
  warn = (text: string, action?: Toast['action']): void => this.#show(text, true, action);

  #show(text: string, alarming: boolean, action: Toast['action']): void {
    const toast: Toast = { id: this.#next++, text, alarming, ...(action && { action }) };
    // What is said again is shown once, and announced again.
    const others = this.#shown.filter((one) => one.text !== text);
    this.#shown = [...others, toast].slice(-TOASTS_MAX);
  }

  dismiss = (id: number): void => {
    this.#shown = this.#shown.filter((toast) => toast.id !== id);
  };
}
