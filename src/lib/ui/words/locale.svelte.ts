import type { locales } from '#lib/messages/runtime.js';
import { baseLocale, isLocale, overwriteGetLocale } from '#lib/messages/runtime.js';

export type Locale = (typeof locales)[number];

const STORED_AS = 'woxly-language';

/** Each language in its own words, so that whoever landed in the wrong one finds theirs. */
export const LANGUAGES: Record<Locale, string> = { en: 'English', ru: 'Русский' };

let current = $state<Locale>(baseLocale);

/** The language of the screen. Switching renders every string again; nothing is reloaded, so a call goes on. */
export const language = {
  get current(): Locale {
    return current;
  },

  /** Takes the language of `?lang=`, else the stored choice, else the first one the browser wants that we have. */
  start(): void {
    overwriteGetLocale(() => current);
    const asked = /[?&]lang=(\w+)/.exec(location.search)?.[1];
    if (isLocale(asked)) return language.choose(asked);
    const stored = readStored();
    const wanted = navigator.languages.map((tag) => tag.split('-')[0]).find(isLocale);
    show(stored ?? wanted ?? baseLocale);
  },

  choose(locale: Locale): void {
    show(locale);
    try {
      localStorage.setItem(STORED_AS, locale);
    } catch {
      // Without storage the choice lasts until the page is closed.
    }
  },
};

function show(locale: Locale): void {
  current = locale;
  document.documentElement.lang = locale;
}

function readStored(): Locale | undefined {
  try {
    const stored = localStorage.getItem(STORED_AS);
    return isLocale(stored) ? stored : undefined;
  } catch {
    return undefined;
  }
}
