import { expect, test } from 'vitest';
import { WoxlyError } from '#lib/domain/errors.ts';
import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import { memoryStores } from './memory-stores.ts';
import { storeContract } from './store-contract.ts';

storeContract('memory', async () => {
  const stores = memoryStores();
  return {
    open: async () => stores,
    stop: async () => undefined,
    fill: (full) => (stores.failWith = full ? new WoxlyError('full') : undefined),
    // Memory has no connection to lose.
    loseConnection: async () => undefined,
    damageProfile: async () => {
      stores.profileBroken = true;
    },
  };
});

test('a write that is made to fail changes nothing', async () => {
  const stores = memoryStores();
  stores.failWith = new Error('disk full');
  const save = stores.write((to) => to.saveSettings({ ...DEFAULT_SETTINGS, hideAddress: true }));
  await expect(save).rejects.toThrow('disk full');
  expect(await stores.settings.load()).toEqual(DEFAULT_SETTINGS);
});
