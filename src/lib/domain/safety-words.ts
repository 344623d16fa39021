/** Words in each language's list of safety words: the numbers of a safety number are below it. A power of two. */
export const SAFETY_WORDS_LENGTH = 512;
