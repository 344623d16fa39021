import { memoryVault } from './memory-vault.ts';
import { vaultContract } from './vault-contract.ts';

vaultContract('memory', async () => {
  const vault = memoryVault();
  return {
    open: async () => vault,
    stop: async () => undefined,
    damage: async () => {
      vault.broken = true;
    },
  };
});
