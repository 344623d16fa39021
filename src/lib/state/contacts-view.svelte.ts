import type { Contact, Invited } from '#lib/domain/contact.ts';
import type { IdentityKey } from '#lib/domain/ids.ts';
import type { LinkProblem } from '#lib/domain/reasons.ts';
import type { Result } from '#lib/domain/result.ts';
import type { Contacts, SafetyNumber } from '#lib/core/contacts/contacts.ts';
import { Followed } from './followed.ts';

/** The people this browser knows, for screens. */
export class ContactsView extends Followed<Contacts> {
  /** By name, without the blocked ones. */
  get people(): readonly Contact[] {
    return this.engine.all.filter((contact) => contact.trust !== 'blocked');
  }

  get blocked(): readonly Contact[] {
    return this.engine.all.filter((contact) => contact.trust === 'blocked');
  }

  get(key: string): Contact | undefined {
    return this.engine.all.find((contact) => contact.key === key);
  }

  /** Somebody in the contacts, not blocked, whose name looks like this one and who has another key. */
  async namesake(name: string, key: IdentityKey): Promise<Contact | undefined> {
    return (await this.acting.namesakes(name, key))[0];
  }

  read = (text: string): Promise<Result<Invited, LinkProblem>> => this.acting.read(text);
  add = (text: string, name?: string): Promise<Result<Contact, LinkProblem>> =>
    this.acting.add(text, name);
  rename = (key: IdentityKey, name: string): Promise<void> => this.acting.rename(key, name);
  setHideAddress = (key: IdentityKey, hide: boolean): Promise<void> =>
    this.acting.setHideAddress(key, hide);
  block = (key: IdentityKey, name?: string): Promise<void> => this.acting.block(key, name);
  unblock = (key: IdentityKey): Promise<void> => this.acting.unblock(key);
  remove = (key: IdentityKey): Promise<void> => this.acting.remove(key);
  safety = (key: IdentityKey): Promise<SafetyNumber | undefined> => this.acting.safety(key);
  setVerified = (key: IdentityKey, verified: boolean): Promise<void> =>
    this.acting.setVerified(key, verified);
  replaceKey = (key: IdentityKey, text: string): Promise<Result<Contact, LinkProblem>> =>
    this.acting.replaceKey(key, text);
  acknowledgeKey = (key: IdentityKey): Promise<void> => this.acting.acknowledgeKey(key);
}
