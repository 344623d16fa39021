import type { Contact, Invited } from '#lib/domain/contact.ts';
import type { DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { LinkProblem } from '#lib/domain/reasons.ts';
import { fail, ok } from '#lib/domain/result.ts';
import type { Result } from '#lib/domain/result.ts';
import { Watchers } from '#lib/core/watchable.ts';
import type { Contacts, SafetyNumber } from '#lib/core/contacts/contacts.ts';
import { contactOf, KEYS, readInvited } from './fake-people.ts';

const SAFETY: SafetyNumber = {
  words: [3, 14, 15, 92, 65, 35, 89, 79],
  digits: '314159265358979323846264338327950288419716939937510582097494',
};

/** People in memory. */
export class FakeContacts extends Watchers implements Contacts {
  all: readonly Contact[] = [];

  get = (key: IdentityKey): Contact | undefined => this.all.find((one) => one.key === key);

  async read(text: string): Promise<Result<Invited, LinkProblem>> {
    if (text.trim() === '') return fail('empty');
    if (text.includes(KEYS.me)) return fail('own-key');
    return readInvited(text) ?? fail(text.includes('#/i/') ? 'cut-short' : 'not-a-key');
  }

  async add(text: string, name?: string): Promise<Result<Contact, LinkProblem>> {
    const read = await this.read(text);
    if (!read.ok) return read;
    if (this.get(read.value.key)) return fail('already-contact');
    const contact = contactOf(read.value.key, name ?? read.value.name ?? 'Somebody');
    this.set([...this.all, contact]);
    return ok(contact);
  }

  rename = async (key: IdentityKey, name: string): Promise<void> => this.#change(key, { name });
  setHideAddress = async (key: IdentityKey, hideAddress: boolean): Promise<void> =>
    this.#change(key, { hideAddress });
  unblock = async (key: IdentityKey): Promise<void> => this.#change(key, { trust: 'contact' });

  async block(key: IdentityKey, name?: string): Promise<void> {
    if (!this.get(key)) this.set([...this.all, contactOf(key, name ?? 'Somebody')]);
    this.#change(key, { trust: 'blocked' });
  }

  async remove(key: IdentityKey): Promise<void> {
    this.set(this.all.filter((one) => one.key !== key));
  }

  safety = (): Promise<SafetyNumber> => Promise.resolve(SAFETY);
  setVerified = async (key: IdentityKey, verified: boolean): Promise<void> =>
    this.#change(key, { trust: verified ? 'verified' : 'contact' });

  async replaceKey(key: IdentityKey, text: string): Promise<Result<Contact, LinkProblem>> {
    const read = await this.read(text);
    const known = this.get(key);
    if (!read.ok) return read;
    if (!known) return fail('not-a-key');
    const contact: Contact = { ...known, key: read.value.key, keyBefore: key, trust: 'contact' };
    this.set([...this.all.filter((one) => one !== known), contact]);
    return ok(contact);
  }

  async acknowledgeKey(key: IdentityKey): Promise<void> {
    this.set(
      this.all.map((one) => {
        if (one.key !== key) return one;
        const { keyBefore: _, ...rest } = one;
        return rest;
      }),
    );
  }

  ownerOf = (device: DeviceKey): Contact | undefined =>
    this.all.find(({ hints }) => hints.devices.includes(device));
  namesakes = async (name: string, key: IdentityKey): Promise<readonly Contact[]> =>
    this.all.filter((one) => one.key !== key && one.name.toLowerCase() === name.toLowerCase());

  set(all: readonly Contact[]): void {
    this.all = [...all].sort((a, b) => a.name.localeCompare(b.name));
    this.changed();
  }

  #change(key: IdentityKey, part: Partial<Contact>): void {
    this.set(this.all.map((one) => (one.key === key ? { ...one, ...part } : one)));
  }
}
