import { withoutInvisible } from './invisible.ts';

/** The longest name of a person that is shown or sent, in UTF-16 code units. */
export const NAME_MAX_LENGTH = 64;
/** The longest note with a declined call, in UTF-16 code units: 256 bytes on the wire hold it in every script. */
export const NOTE_MAX_LENGTH = 80;

/** Marks on one letter: the fullest Hebrew has fewer, and more of them climb over the lines around. */
const STACKED_MARKS = /(\p{M}{5})\p{M}+/gu;
/** Marks with nothing to stand on would sit on the quotation mark before the name. */
const LEADING_MARKS = /^[\p{M}\s]+/u;

const graphemes = new Intl.Segmenter();

/**
 * A name made safe to show: control, format and bidirectional-override characters and all else that is drawn as nothing
 * removed (they can make one name look like another), white space folded, cut to {@link NAME_MAX_LENGTH}. May be empty.
 */
export const cleanName = (name: string): string => clean(name, NAME_MAX_LENGTH);

/** A note made safe to show, as {@link cleanName}, cut to {@link NOTE_MAX_LENGTH}. */
export const cleanNote = (note: string): string => clean(note, NOTE_MAX_LENGTH);

function clean(text: string, most: number): string {
  const tidied = tidy(text.slice(0, most * 4));
  // What a cut leaves behind, half an emoji perhaps, is tidied in its turn.
  return tidied.length <= most ? tidied : tidy(cut(tidied, most));
}

const tidy = (text: string): string =>
  withoutInvisible(text.replace(/\p{White_Space}+/gu, ' '))
    .replace(/ {2,}/g, ' ')
    .replace(STACKED_MARKS, '$1')
    .replace(LEADING_MARKS, '')
    .trim();

/** As many whole characters, as people see them, as fit. One that does not fit by itself is broken. */
function cut(text: string, most: number): string {
  let length = 0;
  for (const { segment } of graphemes.segment(text)) {
    if (length + segment.length > most) break;
    length += segment.length;
  }
  return text.slice(0, length || most);
}
