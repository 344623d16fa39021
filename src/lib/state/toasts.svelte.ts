/** A short line over the screen: what just happened, and perhaps one thing to do about it. */
export interface Toast {
  readonly id: number;
  readonly text: string;
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

  say = (text: string, action?: Toast['action']): void => {
    const toast: Toast = { id: this.#next++, text, ...(action && { action }) };
    this.#shown = [...this.#shown, toast].slice(-TOASTS_MAX);
  };

  dismiss = (id: number): void => {
    this.#shown = this.#shown.filter((toast) => toast.id !== id);
  };
}
