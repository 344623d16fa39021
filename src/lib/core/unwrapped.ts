/** What mail and chat programs put into a text that is drawn as nothing. */
const INVISIBLE = /\p{DI}|&(?:shy|zwj|zwnj|ZeroWidthSpace);/gu;
const ENTITY = /&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi;
const TAG = /<\/?[a-z][^<>]{0,200}>/gi;
const PERCENT = /(?:%[0-9a-f]{2})+/gi;
/** Links behind the checks of urldefense.com, version 2: `-` for `%`, `_` for `/`. Version 3 is found as it is. */
const URLDEFENSE_2 = /\/v2\/url\?u=([^&\s]+)/g;
/** A web address in base64, as some checks of links carry it. */
const BASE64_ADDRESS = /aHR0c[A-Za-z0-9+/_-]{8,}/g;

/** Texts that are made of one; no honest link was wrapped more often. */
const TEXTS_MAX = 24;

const fromCodePoint = (code: number): string =>
  code <= 0x10ffff ? String.fromCodePoint(code) : '';

function decodePercent(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return run;
  }
}

function decodeBase64(text: string): string {
  const whole = text.replaceAll('-', '+').replaceAll('_', '/');
  return atob(whole.length % 4 === 1 ? whole.slice(0, -1) : whole);
}

const STEPS: readonly ((text: string) => string)[] = [
  (text) => text.replace(INVISIBLE, ''),
  (text) =>
    text
      .replace(ENTITY, (_, hex?: string, decimal?: string) =>
        fromCodePoint(hex === undefined ? Number(decimal) : parseInt(hex, 16)),
      )
      .replaceAll('&amp;', '&'),
  (text) => text.replace(TAG, ''),
  (text) => text.replace(PERCENT, decodePercent),
  (text) =>
    text.replace(
      URLDEFENSE_2,
      (_, wrapped: string) => ` ${wrapped.replaceAll('-', '%').replaceAll('_', '/')} `,
    ),
  (text) => text.replace(BASE64_ADDRESS, (wrapped) => ` ${decodeBase64(wrapped)} `),
];

/**
 * A text with a link in it, and what it is without all that programs wrap around links on their way: protective
 * redirects, percent and HTML encoding, characters that nobody sees. Whatever is in it has to prove itself.
 */
export function unwrapped(text: string): readonly string[] {
  const texts = new Set([text]);
  for (const known of texts) {
    for (const step of STEPS) {
      if (texts.size < TEXTS_MAX) texts.add(step(known));
    }
  }
  return [...texts];
}
