/** The longest name of a person that is shown or sent, in UTF-16 code units. */
export const NAME_MAX_LENGTH = 64;

/** The longest note with which a call is declined, in UTF-16 code units; below 256 bytes in UTF-8. */
export const NOTE_MAX_LENGTH = 80;

/** Letters by their class, but drawn as nothing: with them a name looks empty or like another. */
const BLANK_LETTERS = /[\u115F\u1160\u2800\u3164\uFFA0]/gu;

/**
 * A name made safe to show: control, format and bidirectional-override characters removed (they can make one
 * name look like another), white space folded, cut to {@link NAME_MAX_LENGTH}. May be empty.
 */
export const cleanName = (name: string): string => cleanText(name, NAME_MAX_LENGTH);

/** As {@link cleanName}, for a note. */
export const cleanNote = (note: string): string => cleanText(note, NOTE_MAX_LENGTH);

function cleanText(text: string, most: number): string {
  return (
    text
      .slice(0, most * 4)
      .replace(/[\p{White_Space}]+/gu, ' ')
      .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]/gu, '')
      .replace(BLANK_LETTERS, '')
      .replace(/ {2,}/g, ' ')
      .trim()
      .slice(0, most)
      // The cut may have halved a surrogate pair.
      .replace(/\p{Cs}/gu, '')
      .trim()
  );
}
