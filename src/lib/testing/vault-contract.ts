import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toHex } from '#lib/domain/bytes.ts';
import type { KeyVault, Keys } from '#lib/ports/key-vault.ts';
import { verifyEd25519 } from '#lib/protocol/crypto.ts';

/** One place where a browser keeps its keys. */
export interface VaultPlace {
  /** Opens it; a second time after `stop`, it holds what was created before, as after a reload. */
  open(): Promise<KeyVault>;
  stop(): Promise<void>;
  /** Makes what is kept useless, as a phone does that was restored from a copy. */
  damage(): Promise<void>;
}

const ENTROPY = Uint8Array.from({ length: 16 }, (_, index) => index);
/** The identity of that entropy. If this changes, everybody's recovery words lead to somebody else. */
const IDENTITY_OF_ENTROPY = '1dc791da1de34c7384e68772e34c57f6198e5b549bf9b59c0bafb68406c84bc6';

const MESSAGE = new TextEncoder().encode('a message');

/** What every implementation of {@link KeyVault} promises. `newPlace` makes an empty one for each test. */
export function vaultContract(name: string, newPlace: () => Promise<VaultPlace>): void {
  describe(`${name} keeps the promises of KeyVault`, () => {
    let place: VaultPlace;
    let vault: KeyVault;
    const reload = async () => {
      await place.stop();
      vault = await place.open();
    };
    const load = async () => {
      const keys = await vault.load();
      if (keys === 'unreadable') throw new Error('nobody damaged them');
      return keys;
    };
    const publicKeys = (keys: Keys | undefined) =>
      keys && [toHex(keys.identity.publicKey), toHex(keys.device.publicKey)];

    beforeEach(async () => {
      place = await newPlace();
      vault = await place.open();
    });
    afterEach(() => place.stop());

    test('has nothing at first, and forgetting nothing is fine', async () => {
      expect(await load()).toBeUndefined();
      expect(await vault.entropy()).toBeUndefined();
      await vault.forgetEntropy();
      expect(await load()).toBeUndefined();
    });

    test('derives the identity from the entropy as it always did', async () => {
      const { identity } = await vault.create(ENTROPY);
      expect(toHex(identity.publicKey)).toBe(IDENTITY_OF_ENTROPY);
    });

    test('both keys sign, with different keys, and still do after a reload', async () => {
      const created = await vault.create(ENTROPY);
      await reload();
      const loaded = await load();
      expect(publicKeys(loaded)).toEqual(publicKeys(created));
      expect(new Set(publicKeys(loaded)).size).toBe(2);
      for (const keys of [created, loaded]) {
        for (const signer of [keys?.identity, keys?.device]) {
          const signature = await signer?.sign(MESSAGE);
          expect(signature).toHaveLength(64);
          expect(
            signer && signature && (await verifyEd25519(signer.publicKey, MESSAGE, signature)),
          ).toBe(true);
        }
      }
    });

    test('keeps the entropy until it is told to forget it', async () => {
      const given = ENTROPY.slice();
      const created = await vault.create(given);
      given.fill(0);
      await reload();
      expect(await vault.entropy()).toEqual(ENTROPY);
      await vault.forgetEntropy();
      expect(await vault.entropy()).toBeUndefined();
      await reload();
      expect(await vault.entropy()).toBeUndefined();
      expect(publicKeys(await load())).toEqual(publicKeys(created));
    });

    test('the same entropy gives the same identity and another device', async () => {
      const first = await vault.create(ENTROPY);
      const second = await vault.create(ENTROPY);
      expect(second.identity.publicKey).toEqual(first.identity.publicKey);
      expect(second.device.publicKey).not.toEqual(first.device.publicKey);
      await reload();
      expect(publicKeys(await load())).toEqual(publicKeys(second));
    });

    test('creating again replaces what was there, forgotten entropy included', async () => {
      const first = await vault.create(ENTROPY);
      await vault.forgetEntropy();
      const other = new Uint8Array(16).fill(7);
      const second = await vault.create(other);
      expect(second.identity.publicKey).not.toEqual(first.identity.publicKey);
      await reload();
      expect(await vault.entropy()).toEqual(other);
      expect(publicKeys(await load())).toEqual(publicKeys(second));
    });

    test('says of keys that cannot be used that they are there, and replaces them when told', async () => {
      await vault.create(ENTROPY);
      await place.damage();
      await reload();
      expect(await vault.load()).toBe('unreadable');
      expect(await vault.entropy()).toBeUndefined();
      await vault.forgetEntropy();
      const restored = await vault.create(ENTROPY);
      expect(publicKeys(await load())).toEqual(publicKeys(restored));
      expect(toHex(restored.identity.publicKey)).toBe(IDENTITY_OF_ENTROPY);
    });
  });
}
