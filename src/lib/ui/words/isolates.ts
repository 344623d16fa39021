/**
 * In the messages a name stands between these two (U+2068 and U+2069): it may be of a script that runs the other way, or look
 * like a word of the sentence. On the screen the two become an element, which says the same and keeps translators off the name.
 */
const ISOLATES = /[\u2068\u2069]/;

/** A part of a text: words of ours, or a name, key or figure that stands in them. */
interface TextPart {
  readonly words: string;
  readonly name: boolean;
}

/** What templates show: text, a number, or nothing. */
export type Shown = string | number | undefined;

/** The parts of a text in their order, without the marks between them. */
export const partsOf = (text: Shown): readonly TextPart[] =>
  String(text ?? '')
    .split(ISOLATES)
    .map((words, index) => ({ words, name: index % 2 === 1 }))
    .filter(({ words }) => words !== '');

/** A name or key that stands in a text made here and not in the messages. */
export const isolated = (name: string): string => `\u2068${name}\u2069`;

/** A text without the marks around its names: for what is read out and not drawn. */
export const spoken = (text: string): string => text.replaceAll(/[\u2068\u2069]/g, '');
