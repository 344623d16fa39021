import type { Bytes } from '#lib/domain/bytes.ts';
import type { IdentityKey } from '#lib/domain/ids.ts';
import type { WordsProblem } from '#lib/domain/reasons.ts';
import { fail, ok } from '#lib/domain/result.ts';
import type { Result } from '#lib/domain/result.ts';
import { identitySeed, pairFromSeed } from '#lib/protocol/ed25519.ts';
import { identityKeyOf } from '#lib/protocol/key-text.ts';

/** Behind the words: 128 bits, which BIP39 writes as 12 words with a checksum of 4 bits. */
export const ENTROPY_BYTES = 16;
const WORD_COUNT = 12;
/** No two words of the list share their first four letters. */
const PREFIX_LENGTH = 4;
/** Twelve words of eight letters, numbered one a line, are below 200 characters; more is not read. */
const TEXT_MAX_LENGTH = 1000;

/** The list is 2,048 words: loaded only by who shows or reads words, never for the first paint. */
async function bip39() {
  const [{ entropyToMnemonic, mnemonicToEntropy }, { wordlist }] = await Promise.all([
    import('@scure/bip39'),
    import('@scure/bip39/wordlists/english.js'),
  ]);
  return { entropyToMnemonic, mnemonicToEntropy, wordlist };
}

/** The 12 English words for 16 bytes (BIP39). */
export async function wordsOf(entropy: Bytes): Promise<readonly string[]> {
  const { entropyToMnemonic, wordlist } = await bip39();
  return entropyToMnemonic(entropy, wordlist).split(' ');
}

/** Whose words 16 bytes are. */
export async function keyOf(entropy: Bytes): Promise<IdentityKey> {
  const seed = await identitySeed(entropy);
  const { publicKey } = await pairFromSeed(seed);
  seed.fill(0);
  return identityKeyOf(publicKey);
}

/** A typed word as it is in the list: whole, or by at least its first four letters. */
function listed(typed: string, wordlist: readonly string[]): string | undefined {
  if (wordlist.includes(typed)) return typed;
  if (typed.length < PREFIX_LENGTH) return undefined;
  return wordlist.find((word) => word.startsWith(typed));
}

/** The 16 bytes behind 12 words as typed: in any case, with any spaces, commas or numbers between them. */
export async function entropyOf(text: string): Promise<Result<Bytes, WordsProblem>> {
  if (text.length > TEXT_MAX_LENGTH) return fail('count');
  const typed = text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{M}]+/u)
    .filter((word) => word !== '');
  if (typed.length !== WORD_COUNT) return fail('count');
  const { mnemonicToEntropy, wordlist } = await bip39();
  const words = typed.map((word) => listed(word, wordlist));
  if (words.some((word) => word === undefined)) return fail('unknown-word');
  try {
    return ok(new Uint8Array(mnemonicToEntropy(words.join(' '), wordlist)));
  } catch {
    // Twelve words of the list can only fail their checksum.
    return fail('checksum');
  }
}
