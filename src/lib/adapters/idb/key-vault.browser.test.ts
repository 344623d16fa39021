import { deleteDB } from 'idb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { vaultContract } from '#lib/testing/vault-contract.ts';
import { openDatabase } from './database.ts';
import type { Database } from './database.ts';
import { idbKeyVault } from './key-vault.ts';

let count = 0;

vaultContract('IndexedDB', async () => {
  const name = `vault-${(count += 1)}`;
  await deleteDB(name);
  let database: Database | undefined;
  return {
    open: async () => idbKeyVault((database = await openDatabase({ name }))),
    stop: async () => database?.close(),
    damage: async () => database?.write(['keys'], (open) => open('keys').put('text', 'own')),
  };
});

const NAME = 'vault';
const ENTROPY = Uint8Array.from({ length: 16 }, (_, index) => index * 3);

interface Row {
  identity: { privateKey: CryptoKey; publicKey: Uint8Array };
  device: { privateKey: CryptoKey; publicKey: Uint8Array };
  entropy?: { key: CryptoKey; nonce: Uint8Array; sealed: Uint8Array };
}

let database: Database;
const row = (): Promise<Row> => database.read('keys', (store) => store.get('own'));
const putRow = (changed: unknown) =>
  database.write(['keys'], (open) => open('keys').put(changed, 'own'));

beforeEach(async () => {
  await deleteDB(NAME);
  database = await openDatabase({ name: NAME });
  await idbKeyVault(database).create(ENTROPY);
});
afterEach(() => database.close());

test('no key in the database can be read out of it', async () => {
  const { identity, device, entropy } = await row();
  const keys = [identity.privateKey, device.privateKey, entropy?.key];
  for (const key of keys) {
    expect(key?.extractable).toBe(false);
    for (const format of ['pkcs8', 'jwk', 'raw'] as const) {
      await expect(crypto.subtle.exportKey(format as 'raw', key as CryptoKey)).rejects.toThrow();
    }
  }
});

test('the entropy is not on the disk as it is, and gone from it once forgotten', async () => {
  const { entropy } = await row();
  expect(entropy?.sealed.slice(0, 16)).not.toEqual(ENTROPY);
  await idbKeyVault(database).forgetEntropy();
  expect(Object.keys(await row()).sort()).toEqual(['device', 'identity']);
});

test('entropy that was tampered with is gone, and the keys still work', async () => {
  const kept = await row();
  kept.entropy?.sealed.fill(0);
  await putRow(kept);
  const vault = idbKeyVault(database);
  expect(await vault.entropy()).toBeUndefined();
  expect(await vault.load()).toBeDefined();
});

test.each<[string, (kept: Row) => unknown]>([
  ['text', () => 'text'],
  ['nothing in it', () => ({})],
  ['no device', ({ identity }) => ({ identity })],
  ['half a public key', (kept) => ({ ...kept, device: { ...kept.device, publicKey: ENTROPY } })],
  ['bytes for a key', (kept) => ({ ...kept, device: { ...kept.device, privateKey: ENTROPY } })],
  [
    'a key of another kind',
    (kept) => ({ ...kept, device: { ...kept.device, privateKey: kept.entropy?.key } }),
  ],
  [
    'halves of two pairs',
    ({ identity, device }) => ({ device, identity: { ...identity, publicKey: device.publicKey } }),
  ],
  ['a hole', () => null],
])('a row with %s is unreadable, and no crash', async (_, broken) => {
  await putRow(broken(await row()));
  const vault = idbKeyVault(database);
  expect(await vault.load()).toBe('unreadable');
  expect(await vault.entropy()).toBeUndefined();
  await vault.forgetEntropy();
  expect((await vault.create(ENTROPY)).identity.publicKey).toHaveLength(32);
});

test('a row that the browser cannot make sense of is unreadable; a database that cannot be read is not', async () => {
  const broken = new DOMException('Failed to read large IndexedDB value', 'DataError');
  const reads = (working: (asked: string) => boolean): Database => ({
    ...database,
    read: (store, use) =>
      database.read(store, (open) => {
        const only = new Proxy(open, {
          get: (target, asked: string) => {
            if (!working(asked)) throw broken;
            const own: unknown = Reflect.get(target, asked);
            return typeof own === 'function' ? (own.bind(target) as unknown) : own;
          },
        });
        return use(only);
      }),
  });
  expect(await idbKeyVault(reads((asked) => asked !== 'get')).load()).toBe('unreadable');
  await expect(idbKeyVault(reads(() => false)).load()).rejects.toMatchObject({
    reason: 'unavailable',
  });
});

test('the keys a failed write would have kept do not replace those that are there', async () => {
  const publicKey = async () => {
    const keys = await idbKeyVault(database).load();
    return keys !== 'unreadable' && keys?.device.publicKey;
  };
  const before = await publicKey();
  const failing: Database = { ...database, write: () => Promise.reject(new Error('disk')) };
  await expect(idbKeyVault(failing).create(new Uint8Array(16))).rejects.toThrow('disk');
  expect(before).toHaveLength(32);
  expect(await publicKey()).toEqual(before);
});
