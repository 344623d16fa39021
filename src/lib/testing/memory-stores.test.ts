import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import { memoryStores } from './memory-stores.ts';
import { storeContract } from './store-contract.ts';

storeContract('memory', async () => {
  const stores = memoryStores();
  return { open: async () => stores, stop: async () => undefined };
});

test('a write that is made to fail changes nothing', async () => {
  const stores = memoryStores();
  stores.failWith = new Error('disk full');
  const save = stores.settings.save({ ...DEFAULT_SETTINGS, hideAddress: true });
  await expect(save).rejects.toThrow('disk full');
  expect(await stores.settings.load()).toEqual(DEFAULT_SETTINGS);
});
