/** The longest name of a person that is shown or sent, in UTF-16 code units. */
export const NAME_MAX_LENGTH = 64;

/**
 * A name made safe to show: control, format and bidirectional-override characters removed (they can make one
 * name look like another), white space folded, cut to {@link NAME_MAX_LENGTH}. May be empty.
 */
export function cleanName(name: string): string {
  return name
    .slice(0, NAME_MAX_LENGTH * 4)
    .replace(/[\p{White_Space}]+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]/gu, '')
    .trim()
    .slice(0, NAME_MAX_LENGTH)
    .trim();
}
