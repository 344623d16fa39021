import { concatBytes } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import { SAFETY_WORDS_LENGTH } from '#lib/domain/safety-words.ts';
import { signingInput } from './crypto.ts';
import { DOMAIN } from './names.ts';

const { subtle } = globalThis.crypto;

/**
 * How often the hash is repeated (PBKDF2, RFC 8018): 2 ** 17 rounds of two SHA-512 each, a fifth of a second on a
 * laptop. Signal repeats SHA-512 5200 times for the same reason
 * (https://signal.org/blog/safety-number-updates/); this costs an attacker fifty times as much.
 */
const ROUNDS = 2 ** 17;
/** Of one SHA-512; a longer result would cost us twice and an attacker once. */
const HASH_BYTES = 64;
/** Twelve words are as many as the recovery words: people can read them to each other. */
const WORDS = 12;
const WORD_BITS = Math.log2(SAFETY_WORDS_LENGTH);
/** Twelve groups of five digits, each from 5 bytes as in Signal: 2 ** 40 is so large that no digit is likelier. */
const GROUPS = 12;
const GROUP_BYTES = 5;
const GROUP_DIGITS = 5;

/** What two people compare. Both see the same, whoever looks. */
export interface SafetyNumber {
  /** 12 numbers below {@link SAFETY_WORDS_LENGTH}: 108 bits. */
  readonly words: readonly number[];
  /** 60 decimal digits: 199 bits. */
  readonly digits: string;
}

/**
 * The safety number of two people, from SHA-512 over a domain string and both identity keys in byte order.
 *
 * What it is worth: somebody in the middle shows each of the two a key of their own making, and needs two such keys
 * that give the same result. As both may be varied, that is a collision, and takes the square root of all results:
 * 2 ** 99 tries for the digits and 2 ** 54 for the words, each of 2 ** 18 SHA-512, for this one pair of people:
 * 2 ** 117 and 2 ** 72. (Signal's 60 digits are two halves of 30, one a person, so 2 ** 99 tries as well.) Words alone
 * are good against anybody but those who can spend years of a large computing centre on two people; the digits
 * against everybody. Digits and words come from the same bytes: comparing both is worth as much as the digits.
 */
export async function safetyNumber(one: Bytes, other: Bytes): Promise<SafetyNumber> {
  const [first, second] = isBefore(one, other) ? [one, other] : [other, one];
  const input = signingInput(DOMAIN.safetyNumber, concatBytes(first, second));
  const hash = await stretched(await digest(input));
  return { words: wordsOf(hash), digits: digitsOf(hash) };
}

const digest = async (input: Bytes): Promise<Bytes> =>
  new Uint8Array(await subtle.digest('SHA-512', input));

async function stretched(secret: Bytes): Promise<Bytes> {
  const key = await subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveBits']);
  const salt = new TextEncoder().encode(DOMAIN.safetyNumber);
  const algorithm = { name: 'PBKDF2', hash: 'SHA-512', salt, iterations: ROUNDS };
  return new Uint8Array(await subtle.deriveBits(algorithm, key, HASH_BYTES * 8));
}

/** The order of bytes, as of text: the first that differs decides. */
function isBefore(a: Uint8Array, b: Uint8Array): boolean {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return (a[at] ?? 0) < (b[at] ?? 0);
}

/** The bits of the hash from its front, {@link WORD_BITS} a word. */
function wordsOf(hash: Bytes): readonly number[] {
  const bits = Array.from(hash, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return Array.from({ length: WORDS }, (_, index) =>
    Number.parseInt(bits.slice(index * WORD_BITS, (index + 1) * WORD_BITS), 2),
  );
}

function digitsOf(hash: Bytes): string {
  const groups = Array.from({ length: GROUPS }, (_, index) => {
    const bytes = hash.subarray(index * GROUP_BYTES, (index + 1) * GROUP_BYTES);
    const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
    return String(number % 10 ** GROUP_DIGITS).padStart(GROUP_DIGITS, '0');
  });
  return groups.join('');
}
