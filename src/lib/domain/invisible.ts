/**
 * Characters that are drawn as nothing. Most have no place in a text that one person shows to another: with them a name looks
 * empty, or like another one. A few hold scripts and emoji together, and stay exactly where they do that.
 */

/** Letters and symbols by their class, but blank: Hangul fillers, an empty Braille cell, a note without a head … */
const BLANK = '\u115F\u1160\u2800\u3164\uFFA0\uFFFC\u{16FE4}\u{1D159}\u{1D173}-\u{1D17A}';

const ZWNJ = '\u200C';
const ZWJ = '\u200D';

/** Scripts whose letters join, or whose conjuncts are chosen, by joiners (Unicode Standard, 9.2, 12 and 23.2). */
const JOINING = [
  ...['Arabic', 'Syriac', 'Mandaic', 'Nko', 'Mongolian', 'Adlam', 'Phags_Pa', 'Hanifi_Rohingya'],
  ...['Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada'],
  ...['Malayalam', 'Sinhala', 'Khmer', 'Myanmar', 'Tibetan', 'Javanese', 'Balinese', 'Tai_Tham'],
  ...['Meetei_Mayek', 'Chakma', 'Newa', 'Grantha', 'Brahmi', 'Sundanese', 'Limbu', 'Lepcha'],
]
  .map((script) => `\\p{scx=${script}}`)
  .join('');
/** One letter or mark of such a script: their digits and punctuation join nothing. */
const LETTER = `(?=[\\p{L}\\p{M}])[${JOINING}]`;

/** An emoji with what may belong to it: a skin tone, a choice of picture or text, a keycap (UTS #51, 1.4.9). */
const ELEMENT =
  '(?:\\p{RI}\\p{RI}|[0-9#*]\\uFE0F?\\u20E3|\\p{ExtPict}(?:[\\uFE0E\\uFE0F]|\\p{EMod})?\\u20E3?)';
/** The flag of a part of a country: a black flag, and its code in tag characters. */
const TAGGED_FLAG = '\\u{1F3F4}[\\u{E0030}-\\u{E0039}\\u{E0061}-\\u{E007A}]{3,6}\\u{E007F}';
const EMOJI = `(?:${TAGGED_FLAG}|${ELEMENT}(?:${ZWJ}${ELEMENT})*)`;

/** What joins or chooses, where it does: after a letter; ZWNJ also before one, since at an end it does nothing. */
const JOINED = `(?<=${LETTER})(?:${ZWJ}|${ZWNJ}(?=${LETTER}))`;
/** The form of a Han character (many Japanese names have one of their own) or of a Mongolian letter. */
const CHOSEN =
  '(?<=\\p{Script=Han})[\\uFE00-\\uFE02\\u{E0100}-\\u{E01EF}]|(?<=\\p{Script=Mongolian})[\\u180B-\\u180D\\u180F]';

const KEPT_OR_INVISIBLE = new RegExp(
  `(${EMOJI}|${JOINED}|${CHOSEN})|[${BLANK}\\p{Cc}\\p{Cf}\\p{Co}\\p{Cn}\\p{Cs}\\p{DI}]`,
  'gu',
);
const INVISIBLE = new RegExp(`[${BLANK}\\p{Cc}\\p{Cf}\\p{Co}\\p{Cn}\\p{Cs}\\p{DI}]`, 'gu');

/** The text without what is drawn as nothing and does nothing either. */
export const withoutInvisible = (text: string): string =>
  text.replace(KEPT_OR_INVISIBLE, (_, kept: string | undefined) => kept ?? '');

/** The text without anything that is drawn as nothing: to compare it, never to show it. */
export const withoutJoiners = (text: string): string => text.replace(INVISIBLE, '');
