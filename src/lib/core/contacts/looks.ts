import unhomoglyph from 'unhomoglyph';
import { withoutJoiners } from '#lib/domain/invisible.ts';

/** Accents and points of every script, but no vowel signs: those make other names. */
const ACCENTS = /(?=\p{M})\p{Script=Inherited}/gu;
/** What people hang around a name: spaces, dots, a flower, and a tick that would pass for a verified contact's. */
const ORNAMENTS = /[\p{P}\p{S}\p{White_Space}\p{EMod}]/gu;

/** What a text looks like, in letters that stand for all that look the same (UTS #39, 4, and coarser). */
function skeleton(text: string): string {
  const plain = (given: string) => withoutJoiners(given.normalize('NFKD')).replace(ACCENTS, '');
  const letters = plain(unhomoglyph(plain(text)));
  return letters.replace(ORNAMENTS, '') || letters;
}

/**
 * What a name may be taken for: as it is, in small and in capital letters, which look alike in different pairs (Н is an H, and н is
 * none). Two names look alike when any of the three do. Only ever for comparing.
 */
export const looksOf = (name: string): readonly string[] =>
  [name, name.toLowerCase(), name.toUpperCase()].map(skeleton);
