/** Something a screen can follow: read its fields again whenever `onChange` is called. */
export interface Watchable {
  /** Returns a way to stop. `onChange` is called after the change, and never while watch runs. */
  watch(onChange: () => void): () => void;
}

/** The watchers of one engine. */
export class Watchers implements Watchable {
  readonly #watchers = new Set<() => void>();

  watch = (onChange: () => void): (() => void) => {
    const own = () => onChange();
    this.#watchers.add(own);
    return () => void this.#watchers.delete(own);
  };

  changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
