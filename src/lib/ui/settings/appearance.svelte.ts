export const APPEARANCES = ['system', 'light', 'dark'] as const;
export type Appearance = (typeof APPEARANCES)[number];

/** Also read by `static/first-paint.js`, before the app is loaded. */
const STORED_AS = 'woxly-appearance';

let current = $state<Appearance>('system');

/** Light, dark, or whatever the system says. Kept in this browser only. */
export const appearance = {
  get current(): Appearance {
    return current;
  },

  start(): void {
    try {
      const stored = localStorage.getItem(STORED_AS);
      show(APPEARANCES.find((one) => one === stored) ?? 'system');
    } catch {
      show('system');
    }
  },

  choose(wanted: Appearance): void {
    show(wanted);
    try {
      localStorage.setItem(STORED_AS, wanted);
    } catch {
      // Without storage the choice lasts until the page is closed.
    }
  },
};

function show(wanted: Appearance): void {
  current = wanted;
  document.documentElement.dataset['appearance'] = wanted;
}
