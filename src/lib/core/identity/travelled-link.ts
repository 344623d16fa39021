import { base64urlnopad } from '@scure/base';
import type { Bytes } from '#lib/domain/bytes.ts';
import { INVITE_MAX_BYTES, SIGNATURE_BYTES } from '#lib/protocol/limits.ts';
import { unwrapped } from '../unwrapped.ts';

/** Where an invite may begin: behind the slashes of its link, or at what every invite begins with. */
const BEGINNINGS = [/[/\\]i[/\\]/g, /(?=C[g-v][\w-]{60})/g];
/** What mail programs put between the lines of a long link, and chats around parts of it. */
const BETWEEN = '\\s>|=\\\\*`~<«»"\'“”';
/** One hyphen that was made prettier, and dashes that may have been two or three. */
const HYPHEN = '\u2010\u2011\u2012\u2212\uFE63\uFF0D';
const DASH = '\u2013\u2014\u2015\u2E3A';
const DASHES = ['--', '-', '---'];
/** Dashes in one link whose every reading is tried: 81 of them. */
const DASHES_MAX = 4;

const CHARACTERS_MAX = Math.ceil((INVITE_MAX_BYTES * 4) / 3);
const RUN = new RegExp(`[\\w${HYPHEN}${DASH}${BETWEEN}-]{0,${CHARACTERS_MAX * 2}}`, 'y');
const ALL_BETWEEN = new RegExp(`[${BETWEEN}]`, 'g');
const ALL_HYPHENS = new RegExp(`[${HYPHEN}]`, 'g');
const A_DASH = new RegExp(`[${DASH}]`);

/** Places in one text where an invite may begin that are looked at. An honest text has a few for each way to unwrap it. */
const BEGINNINGS_MAX = 512;
/** Signatures that are checked for one text. */
const READINGS_MAX = 160;

/**
 * What may be a signed invite in a text that a link has travelled in, likeliest first. Which of them is one, its signature
 * says; that is why this may be generous.
 */
export function inviteReadings(text: string): readonly Bytes[] {
  const found = new Map<string, Bytes>();
  let beginnings = 0;
  for (const beginning of BEGINNINGS) {
    for (const one of unwrapped(text)) {
      for (const match of one.matchAll(beginning)) {
        beginnings += 1;
        if (beginnings > BEGINNINGS_MAX) return [...found.values()];
        for (const reading of readings(one, match.index + match[0].length)) {
          const whole = exactly(reading);
          const bytes = whole === undefined || found.has(whole) ? undefined : decode(whole);
          if (whole !== undefined && bytes !== undefined) found.set(whole, bytes);
          if (found.size >= READINGS_MAX) return [...found.values()];
        }
      }
    }
  }
  return [...found.values()];
}

/** The base64url characters from here on, in every reading of the dashes among them. */
function readings(text: string, from: number): readonly string[] {
  RUN.lastIndex = from;
  const run = (RUN.exec(text)?.[0] ?? '').replace(ALL_BETWEEN, '').replace(ALL_HYPHENS, '-');
  const [first = '', ...rest] = run.slice(0, CHARACTERS_MAX).split(A_DASH);
  if (rest.length > DASHES_MAX) return [[first, ...rest].join('--')];
  return rest.reduce<readonly string[]>(
    (parts, next) => DASHES.flatMap((dash) => parts.map((part) => part + dash + next)),
    [first],
  );
}

/** As many characters as the message at the beginning says that it has, whatever comes after; `undefined` if there are fewer. */
function exactly(text: string): string | undefined {
  const [tag, low = 0, high = 0] = decode(text.slice(0, 4)) ?? [];
  // Field 1 with its length, then field 2, the signature.
  const long = low >= 0x80;
  const length = long ? (low & 0x7f) | (high << 7) : low;
  const total = (long ? 3 : 2) + length + 2 + SIGNATURE_BYTES;
  if (tag !== 0x0a || total > INVITE_MAX_BYTES) return undefined;
  const characters = Math.ceil((total * 4) / 3);
  return text.length < characters ? undefined : text.slice(0, characters);
}

function decode(text: string): Bytes | undefined {
  try {
    return new Uint8Array(base64urlnopad.decode(text));
  } catch {
    return undefined;
  }
}
