import type { IdentityKey } from '#lib/domain/ids.ts';
import type { WordsProblem } from '#lib/domain/reasons.ts';
import type { Result } from '#lib/domain/result.ts';
import type { Watchable } from '../watchable.ts';

/** Who this browser is. */
export interface Identity extends Watchable {
  /** `undefined` before the first visit's Start. */
  readonly profile:
    | {
        readonly key: IdentityKey;
        readonly name: string;
        readonly wordsConfirmed: boolean;
        /** For a day and more nobody has confirmed the words: it is time to remind of them. */
        readonly wordsDue?: true;
      }
    | undefined;
  /**
   * What was kept of an identity and cannot be used as it is; `undefined` on a first visit, and when all is well. Without
   * the `keys` only the recovery words bring the person back; without the `profile` they only have to say their name.
   */
  readonly damage: { readonly lost: 'keys' | 'profile'; readonly name: string } | undefined;
  /**
   * Makes the keys; keys that are there and whole are kept. Resolves when the key can be shown and is stored.
   * @throws WoxlyError<'identity-exists'> where keys are damaged, unless the person chose to begin `anew`.
   */
  create(name: string, anew?: boolean): Promise<void>;
  /**
   * Brings an identity back from its 12 words, with a new device key. `other-key`: this browser had another identity,
   * which is given up only if the person chose to begin `anew`.
   */
  restore(words: string, name: string, anew?: boolean): Promise<Result<IdentityKey, WordsProblem>>;
  rename(name: string): Promise<void>;
  /**
   * The 12 recovery words, or `undefined` once confirmed. Of an identity that is a week old, only while a person presses
   * something.
   */
  recoveryWords(): Promise<readonly string[] | undefined>;
  /** Deletes what the words are made from; they cannot be shown again. */
  confirmWords(): Promise<void>;
  /** The fresh invite link of this person at this page's address, naming the relays in use. */
  inviteLink(): Promise<string>;
}
