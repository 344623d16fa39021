import type { Contact, ReachHints, Trust, Invited } from '#lib/domain/contact.ts';
import type { DeviceKey, IdentityKey, Milliseconds } from '#lib/domain/ids.ts';
import { cleanName } from '#lib/domain/name.ts';
import type { LinkProblem } from '#lib/domain/reasons.ts';
import { fail, ok } from '#lib/domain/result.ts';
import type { Result } from '#lib/domain/result.ts';
import { shortKey } from '#lib/domain/short-key.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Stores } from '#lib/ports/stores.ts';
import { publicKeyOf } from '#lib/protocol/key-text.ts';
import { safetyNumber } from '#lib/protocol/safety-number.ts';
import { readInvite } from '../identity/invite-link.ts';
import { inOrder } from '../in-order.ts';
import { Watchers } from '../watchable.ts';
import type { Contacts } from './contacts.ts';
import { deviceOwners } from './device-owners.ts';
import { mergeHints, sameHints } from '../reach/hints.ts';
import { namesakesOf } from './namesakes.ts';
import { leftBehind, withKey } from './replace-key.ts';

export interface ContactsPorts {
  readonly stores: Pick<Stores, 'contacts' | 'write'>;
  readonly clock: Clock;
  /** This person's key, refused as a contact; `undefined` before the first visit's Start. */
  readonly ownKey: () => IdentityKey | undefined;
  /** Orders names for people; by the browser's locale if not given. */
  readonly compare?: (a: string, b: string) => number;
}

/** {@link Contacts} with what the engines ask and learn. */
export interface ContactBook extends Contacts {
  trustOf(key: IdentityKey): Trust;
  /**
   * Takes in where a contact was found. `epoch` is of the device list that said so: `false`, and nothing is
   * learned, if a higher one was accepted before. `true` for somebody who is no contact.
   */
  learn(key: IdentityKey, hints: ReachHints, epoch?: number): Promise<boolean>;
  /** A contact was there at this time. Kept, though not written more often than each minute. */
  markSeen(key: IdentityKey, at: Milliseconds): Promise<void>;
}

/** How far apart two writes of when somebody was seen are, ms: nobody asks more exactly, and each costs the disk. */
const SEEN_APART_MS = 60_000;

const nameFor = (key: IdentityKey, ...names: readonly (string | undefined)[]) =>
  names.map((name) => cleanName(name ?? '')).find((name) => name !== '') ?? shortKey(key);

const byLocale = (a: string, b: string) => a.localeCompare(b);
const NO_HINTS: ReachHints = { devices: [], relays: [] };

/** Reads the contacts. Every change is stored first and shown afterwards. @throws what the store throws. */
export async function createContacts(ports: ContactsPorts): Promise<ContactBook> {
  const { stores, clock, ownKey, compare = byLocale } = ports;
  const watchers = new Watchers();
  const exclusively = inOrder();
  // What an earlier version let through as a name may be drawn as nothing.
  const named = (contact: Contact): Contact => ({
    ...contact,
    name: nameFor(contact.key, contact.name),
  });
  const byKey = new Map(
    (await stores.contacts.all()).map((contact) => [contact.key, named(contact)]),
  );
  // Of an earlier version, which stored a new key before it removed the old one.
  const gone = leftBehind([...byKey.values()]);
  await stores.write((to) => gone.forEach((key) => to.removeContact(key)));
  for (const key of gone) byKey.delete(key);
  let sorted: readonly Contact[] = [];
  /** Made when first asked for after a change. */
  let owners: ReadonlyMap<DeviceKey, Contact> | undefined;

  const changed = () => {
    owners = undefined;
    sorted = [...byKey.values()].sort(
      (a, b) => compare(a.name, b.name) || (a.key < b.key ? -1 : 1),
    );
  };
  changed();

  const keep = async (contact: Contact): Promise<Contact> => {
    await stores.write((to) => to.putContact(contact));
    byKey.set(contact.key, contact);
    changed();
    watchers.changed();
    return contact;
  };
  const drop = async (key: IdentityKey) => {
    await stores.write((to) => to.removeContact(key));
    byKey.delete(key);
    changed();
    watchers.changed();
  };
  /** Changes a contact; does nothing for somebody who is none. */
  const change = (key: IdentityKey, to: (contact: Contact) => Contact) =>
    exclusively(async () => {
      const contact = byKey.get(key);
      const next = contact && to(contact);
      if (next !== undefined && next !== contact) await keep(next);
    });

  /** Puts a contact under another key. */
  const move = async (from: IdentityKey, contact: Contact): Promise<Contact> => {
    await stores.write((to) => {
      to.removeContact(from);
      to.putContact(contact);
    });
    byKey.delete(from);
    byKey.set(contact.key, contact);
    changed();
    watchers.changed();
    return contact;
  };

  const withHints = (contact: Contact, given: ReachHints): Contact => ({
    ...contact,
    hints: mergeHints(given, contact.hints),
  });

  /** A device list that is newer than the last takes the place of all that is known: who was left out is gone. */
  const withList = (contact: Contact, given: ReachHints, epoch: number): Contact => {
    const isNewer = epoch > contact.epoch;
    if (!isNewer && contact.devices !== undefined) return withHints(contact, given);
    return {
      ...contact,
      hints: {
        ...mergeHints(given, NO_HINTS),
        // A goodbye names none.
        ...(given.relays.length === 0 && { relays: contact.hints.relays }),
      },
      // By a clock that is ahead it would stand in the way of every later one.
      epoch: Math.max(contact.epoch, Math.min(epoch, Math.floor(clock.now() / 1000))),
      devices: [...new Set(given.devices)],
    };
  };

  const newContact = (key: IdentityKey, name: string, hints: ReachHints): Contact => ({
    key,
    name,
    trust: 'contact',
    hideAddress: false,
    added: clock.now(),
    hints: mergeHints(hints, NO_HINTS),
    epoch: 0,
  });

  const read = async (text: string): Promise<Result<Invited, LinkProblem>> => {
    const invited = await readInvite(text, clock.now());
    return invited.ok && invited.value.key === ownKey() ? fail('own-key') : invited;
  };

  return {
    watch: watchers.watch,
    get all() {
      return sorted;
    },
    get: (key) => byKey.get(key),
    trustOf: (key) => byKey.get(key)?.trust ?? 'stranger',
    read,

    add: async (text, name) => {
      const invited = await read(text);
      if (!invited.ok) return invited;
      return exclusively(async () => {
        const { key, devices, relays, name: claimed } = invited.value;
        const known = byKey.get(key);
        if (known?.trust === 'blocked') return fail('blocked');
        if (known !== undefined) {
          // A fresh link of somebody known still says where they are now.
          const { hints } = withHints(known, {
            // A link may be older than the list. What is newer than both is found where the link says.
            devices: devices.filter((device) => known.devices?.includes(device) ?? true),
            relays,
          });
          if (!sameHints(hints, known.hints)) await keep({ ...known, hints });
          return fail('already-contact');
        }
        return ok(await keep(newContact(key, nameFor(key, name, claimed), { devices, relays })));
      });
    },

    rename: (key, name) => change(key, (contact) => ({ ...contact, name: nameFor(key, name) })),
    setHideAddress: (key, hideAddress) => change(key, (contact) => ({ ...contact, hideAddress })),

    block: (key, name) =>
      exclusively(async () => {
        if (key === ownKey()) return;
        const known = byKey.get(key);
        if (known?.trust === 'blocked') return;
        const contact = known ?? newContact(key, nameFor(key, name), NO_HINTS);
        await keep({ ...contact, trust: 'blocked', before: known?.trust ?? 'stranger' });
      }),

    unblock: (key) =>
      exclusively(async () => {
        const known = byKey.get(key);
        if (known?.trust !== 'blocked') return;
        const { before = 'contact', ...contact } = known;
        // A stranger becomes a stranger again: a contact would learn our network address.
        await (before === 'stranger' ? drop(key) : keep({ ...contact, trust: before }));
      }),

    safety: async (key) => {
      const own = ownKey();
      return own && safetyNumber(publicKeyOf(own), publicKeyOf(key));
    },

    setVerified: (key, verified) =>
      change(key, (contact) => {
        if (contact.trust === 'blocked') return contact;
        if (!verified) return { ...contact, trust: 'contact' };
        const { keyBefore: _, ...known } = contact;
        return { ...known, trust: 'verified' };
      }),

    replaceKey: async (key, text) => {
      const invited = await read(text);
      if (!invited.ok) return invited;
      return exclusively(async () => {
        const contact = byKey.get(key);
        if (contact === undefined) return fail('not-a-key');
        const taken = byKey.get(invited.value.key);
        if (contact.trust === 'blocked' || taken?.trust === 'blocked') return fail('blocked');
        if (taken !== undefined) return fail('already-contact');
        return ok(await move(key, withKey(contact, invited.value)));
      });
    },

    acknowledgeKey: (key) =>
      change(key, (contact) => {
        const { keyBefore, ...known } = contact;
        return keyBefore === undefined ? contact : known;
      }),

    ownerOf: (device) => (owners ??= deviceOwners(sorted)).get(device),
    namesakes: (name, key) => namesakesOf(sorted, name, key),

    remove: (key) =>
      exclusively(async () => {
        if (byKey.has(key)) await drop(key);
      }),

    learn: (key, given, epoch) =>
      exclusively(async () => {
        const known = byKey.get(key);
        if (known === undefined) return true;
        if (epoch !== undefined && epoch < known.epoch) return false;
        const next = epoch === undefined ? withHints(known, given) : withList(known, given, epoch);
        if (next.epoch !== known.epoch || !sameHints(next.hints, known.hints)) await keep(next);
        return true;
      }),

    markSeen: (key, at) =>
      exclusively(async () => {
        const known = byKey.get(key);
        if (known === undefined || at < (known.lastSeen ?? -Infinity) + SEEN_APART_MS) return;
        await keep({ ...known, lastSeen: at });
      }),
  };
}
