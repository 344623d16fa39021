import type { Contact, Invited } from '#lib/domain/contact.ts';
import type { DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { LinkProblem } from '#lib/domain/reasons.ts';
import type { Result } from '#lib/domain/result.ts';
import type { Watchable } from '../watchable.ts';

export interface Contacts extends Watchable {
  /** By name. Blocked people are in it, with `trust: 'blocked'`. */
  readonly all: readonly Contact[];
  get(key: IdentityKey): Contact | undefined;
  /** Reads a pasted key or link. Refuses our own key; a key that is a contact is fine here. */
  read(text: string): Promise<Result<Invited, LinkProblem>>;
  /** Adds a person; `name` wins over the link's, and a short form of the key stands in for neither. */
  add(text: string, name?: string): Promise<Result<Contact, LinkProblem>>;
  rename(key: IdentityKey, name: string): Promise<void>;
  setHideAddress(key: IdentityKey, hide: boolean): Promise<void>;
  /** Blocks a contact or a stranger. They cannot ring, and are not told. */
  block(key: IdentityKey, name?: string): Promise<void>;
  unblock(key: IdentityKey): Promise<void>;
  remove(key: IdentityKey): Promise<void>;
  /** What two people compare to be sure of each other. `undefined` before there is an identity. */
  safety(key: IdentityKey): Promise<SafetyNumber | undefined>;
  /**
   * Remembers that the safety words were compared, or forgets it. To compare those of a changed key is to
   * acknowledge it.
   */
  setVerified(key: IdentityKey, verified: boolean): Promise<void>;
  /**
   * The person has another identity key now, which a pasted key or link names: the contact goes on under it, not
   * verified, and {@link Contact.keyBefore} blocks calls until {@link acknowledgeKey}. Refused with `own-key`, with
   * `already-contact` for the key of any contact, with `blocked`, and with `not-a-key` where there is no such contact.
   */
  replaceKey(key: IdentityKey, text: string): Promise<Result<Contact, LinkProblem>>;
  /** The person has seen that the key changed. */
  acknowledgeKey(key: IdentityKey): Promise<void>;
  /**
   * The one contact whose device this is known to be. A ring from it with another identity's certificate is
   * suspicious, and no more than that: people name their own devices, and may name somebody else's.
   */
  ownerOf(device: DeviceKey): Contact | undefined;
  /** Contacts of this name with another key: is this a new key of theirs, or another person? Without the blocked. */
  namesakes(name: string, key: IdentityKey): Promise<readonly Contact[]>;
}

/** From SHA-512 over both identity keys in order: the same for both people. */
export interface SafetyNumber {
  /** Numbers of words, each below the length of a list of safety words; the words themselves are those of a language. */
  readonly words: readonly number[];
  /** 60 decimal digits. */
  readonly digits: string;
}
