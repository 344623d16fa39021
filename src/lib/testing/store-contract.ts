import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CallRecord } from '#lib/domain/call.ts';
import type { Contact } from '#lib/domain/contact.ts';
import type { CallId, RelayAddress } from '#lib/domain/ids.ts';
import type { Profile } from '#lib/domain/profile.ts';
import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import type { Changes, Stores } from '#lib/ports/stores.ts';
import { deviceKeyOf, identityKeyOf } from '#lib/protocol/key-text.ts';

/** One place where a browser keeps what it remembers. */
export interface StorePlace {
  /** Opens it; a second time after `stop`, it holds what was put before, as after a reload. */
  open(): Promise<Stores>;
  /** Closes what `open` opened. */
  stop(): Promise<void>;
  /** Has no room left for anything, or room again. */
  fill(full: boolean): void;
  /** Loses the way to what is kept, as Safari does in the background, telling nobody. */
  loseConnection(): Promise<void>;
  /** Makes rubbish of the profile. */
  damageProfile(): Promise<void>;
}

const identity = (byte: number) => identityKeyOf(new Uint8Array(32).fill(byte));

const contact = (byte: number, part: Partial<Contact> = {}): Contact => ({
  key: identity(byte),
  name: `Person ${byte}`,
  trust: 'contact',
  hideAddress: false,
  added: 1_700_000_000_000 + byte,
  hints: {
    devices: [deviceKeyOf(new Uint8Array(32).fill(byte + 100))],
    relays: [`/dns4/relay.example/tcp/443/tls/ws/p2p/${identity(200)}` as RelayAddress],
  },
  epoch: 3,
  ...part,
});

const call = (number: number, part: Partial<CallRecord> = {}): CallRecord => ({
  id: number.toString(16).padStart(32, '0') as CallId,
  peer: identity(1),
  peerName: 'Alice',
  direction: 'incoming',
  started: 1000 * number,
  ended: 1000 * number + 500,
  reason: 'no-answer',
  missed: true,
  seen: false,
  ...part,
});

const PROFILE: Profile = {
  name: 'Alice',
  created: 7,
  wordsConfirmed: false,
  certificate: Uint8Array.of(1, 2),
  deviceList: Uint8Array.of(9),
};

/** What every implementation of {@link Stores} promises. `newPlace` makes an empty one for each test. */
export function storeContract(name: string, newPlace: () => Promise<StorePlace>): void {
  describe(`${name} keeps the promises of Stores`, () => {
    let place: StorePlace;
    let stores: Stores;
    const reload = async () => {
      await place.stop();
      stores = await place.open();
    };

    beforeEach(async () => {
      place = await newPlace();
      stores = await place.open();
    });
    afterEach(() => place.stop());

    test('is empty, with default settings, at first', async () => {
      expect(await stores.contacts.all()).toEqual([]);
      expect(await stores.calls.recent(10)).toEqual([]);
      expect(await stores.profile.load()).toBeUndefined();
      expect(await stores.settings.load()).toEqual(DEFAULT_SETTINGS);
    });

    test('contacts are there after a reload, whole', async () => {
      const blocked = contact(2, { trust: 'blocked', before: 'stranger', hideAddress: true });
      await stores.write((to) => to.putContact(contact(1)));
      await stores.write((to) => to.putContact(blocked));
      await reload();
      const all = await stores.contacts.all();
      expect(all).toHaveLength(2);
      expect(all).toEqual(expect.arrayContaining([contact(1), blocked]));
    });

    test('a contact is replaced by its key, and removed by it', async () => {
      await stores.write((to) => to.putContact(contact(1)));
      await stores.write((to) => to.putContact(contact(2)));
      await stores.write((to) =>
        to.putContact(contact(1, { name: 'Alice', trust: 'verified', epoch: 9 })),
      );
      await stores.write((to) => to.removeContact(identity(2)));
      await stores.write((to) => to.removeContact(identity(3)));
      await reload();
      const changed = contact(1, { name: 'Alice', trust: 'verified', epoch: 9 });
      expect(await stores.contacts.all()).toEqual([changed]);
    });

    test('calls come newest first, at most as many as asked for', async () => {
      for (const number of [2, 5, 1, 4, 3]) await stores.write((to) => to.putCall(call(number)));
      await reload();
      expect(await stores.calls.recent(3)).toEqual([call(5), call(4), call(3)]);
      expect(await stores.calls.recent(0)).toEqual([]);
      expect(await stores.calls.recent(10)).toHaveLength(5);
    });

    test('a call is replaced by its ID, removed by it, and all are cleared', async () => {
      await stores.write((to) => to.putCall(call(1)));
      await stores.write((to) => to.putCall(call(2)));
      await stores.write((to) =>
        to.putCall(call(1, { seen: true, connected: 1100, missed: false })),
      );
      await stores.write((to) => to.removeCall(call(2).id));
      expect(await stores.calls.recent(9)).toEqual([
        call(1, { seen: true, connected: 1100, missed: false }),
      ]);
      await stores.write((to) => to.clearCalls());
      await reload();
      expect(await stores.calls.recent(9)).toEqual([]);
    });

    test('the profile is there after a reload, byte for byte, and is replaced', async () => {
      // A view of a larger buffer, as codecs give them.
      const certificate = Uint8Array.of(0, 1, 2, 3).subarray(1, 3);
      const profile = { ...PROFILE, certificate };
      await stores.write((to) => to.saveProfile(profile));
      await stores.write((to) => to.saveProfile({ ...profile, wordsConfirmed: true }));
      await reload();
      expect(await stores.profile.load()).toEqual({
        ...profile,
        wordsConfirmed: true,
        certificate: Uint8Array.of(1, 2),
      });
    });

    test('settings are there after a reload', async () => {
      const settings = { ...DEFAULT_SETTINGS, hideAddress: true, microphone: 'usb', ringVolume: 0 };
      await stores.write((to) => to.saveSettings(settings));
      await reload();
      expect(await stores.settings.load()).toEqual(settings);
    });

    test('what was given or read can be changed without changing what is kept', async () => {
      const relays: RelayAddress[] = [];
      await stores.write((to) => to.saveSettings({ ...DEFAULT_SETTINGS, relays }));
      relays.push('/later' as RelayAddress);
      ((await stores.settings.load()).relays as RelayAddress[]).push('/later' as RelayAddress);
      expect((await stores.settings.load()).relays).toEqual([]);
    });

    const changes: readonly (readonly [string, (to: Changes) => void])[] = [
      ['a contact', (to) => to.putContact(contact(2))],
      ['the removal of a contact', (to) => to.removeContact(identity(1))],
      ['a call', (to) => to.putCall(call(2))],
      ['the removal of a call', (to) => to.removeCall(call(1).id)],
      ['the end of the history', (to) => to.clearCalls()],
      ['the profile', (to) => to.saveProfile({ ...PROFILE, name: 'Bob' })],
      ['a setting', (to) => to.saveSettings({ ...DEFAULT_SETTINGS, hideAddress: true })],
      [
        'a contact and a call',
        (to) => {
          to.putContact(contact(2));
          to.putCall(call(2));
        },
      ],
    ];
    const everything = () =>
      Promise.all([
        stores.contacts.all(),
        stores.calls.recent(9),
        stores.profile.load(),
        stores.settings.load(),
      ]);
    const begin = async () => {
      await stores.write((to) => to.putContact(contact(1)));
      await stores.write((to) => to.putCall(call(1)));
      await stores.write((to) => to.saveProfile(PROFILE));
      return everything();
    };

    test.each(changes)(
      'without room %s is refused and nothing changes; with room it is kept',
      async (_, change) => {
        const before = await begin();
        place.fill(true);
        await expect(stores.write(change)).rejects.toMatchObject({
          name: 'WoxlyError',
          reason: 'full',
        });
        expect(await everything()).toEqual(before);
        place.fill(false);
        await stores.write(change);
        await reload();
        expect(await everything()).not.toEqual(before);
      },
    );

    test.each(changes)(
      '%s is kept although the connection was lost without a word',
      async (_, change) => {
        const before = await begin();
        await place.loseConnection();
        await stores.write(change);
        await reload();
        expect(await everything()).not.toEqual(before);
      },
    );

    test('one unit of work over several stores is kept whole', async () => {
      await begin();
      await stores.write((to) => {
        to.removeContact(identity(1));
        to.putContact(contact(2));
        to.putCall(call(2));
        to.removeCall(call(1).id);
        to.saveProfile({ ...PROFILE, name: 'Bob' });
        to.saveSettings({ ...DEFAULT_SETTINGS, hideAddress: true });
      });
      await reload();
      expect(await everything()).toEqual([
        [contact(2)],
        [call(2)],
        { ...PROFILE, name: 'Bob' },
        { ...DEFAULT_SETTINGS, hideAddress: true },
      ]);
    });

    test.each(['last', 'first'])(
      'of a unit of work whose %s part cannot be kept nothing is',
      async (place) => {
        const before = await begin();
        const impossible = { ...DEFAULT_SETTINGS, microphone: (() => 'usb') as never };
        const failing = stores.write((to) => {
          if (place === 'first') to.saveSettings(impossible);
          to.putContact(contact(2));
          to.removeCall(call(1).id);
          if (place === 'last') to.saveSettings(impossible);
        });
        await expect(failing).rejects.toThrow();
        await reload();
        expect(await everything()).toEqual(before);
      },
    );

    test('a unit of work that fails while it is asked for changes nothing', async () => {
      const before = await begin();
      const failing = stores.write((to) => {
        to.removeContact(identity(1));
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      await stores.write(() => undefined);
      expect(await everything()).toEqual(before);
    });

    test('what is asked for later in one unit of work wins', async () => {
      await stores.write((to) => {
        to.putCall(call(1));
        to.clearCalls();
        to.putCall(call(2));
        to.putContact(contact(1));
        to.removeContact(identity(1));
      });
      expect(await stores.calls.recent(9)).toEqual([call(2)]);
      expect(await stores.contacts.all()).toEqual([]);
    });

    test('everything is read although the connection was lost without a word', async () => {
      const before = await begin();
      await place.loseConnection();
      expect(await everything()).toEqual(before);
    });

    test('a profile that cannot be read is not taken for none, and can be replaced', async () => {
      await stores.write((to) => to.saveProfile(PROFILE));
      await place.damageProfile();
      await reload();
      expect(await stores.profile.load()).toBe('unreadable');
      await stores.write((to) => to.saveProfile(PROFILE));
      expect(await stores.profile.load()).toEqual(PROFILE);
    });

    test('writes at the same time all arrive', async () => {
      await Promise.all(
        Array.from({ length: 50 }, (_, n) => stores.write((to) => to.putContact(contact(n)))),
      );
      expect(await stores.contacts.all()).toHaveLength(50);
    });
  });
}
