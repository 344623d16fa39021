import type { Locale } from './locale.svelte.ts';

/** Loaded only by who compares them, never for the first paint. A new language does not compile without its list. */
const LISTS: Record<Locale, () => Promise<{ readonly default: readonly string[] }>> = {
  en: () => import('./safety-words-en.ts'),
  ru: () => import('./safety-words-ru.ts'),
};

/** The safety words of a language, by their numbers. */
export async function safetyWords(locale: Locale): Promise<readonly string[]> {
  return (await LISTS[locale]()).default;
}

/** 60 digits as they are read aloud: twelve groups of five. */
export const digitGroups = (digits: string): readonly string[] => digits.match(/\d{5}/g) ?? [];
