import type { Bytes } from '#lib/domain/bytes.ts';
import type { Keys, KeyVault } from '#lib/ports/key-vault.ts';
import { generatePair, identitySeed, pairFromSeed, signerOf } from '#lib/protocol/ed25519.ts';

export interface MemoryVault extends KeyVault {
  /** While set, what is kept cannot be read: a phone that was restored from a copy. */
  broken: boolean;
}

/** Keys with real signatures that live as long as the test. */
export function memoryVault(): MemoryVault {
  let kept: { readonly keys: Keys; readonly entropy: Bytes | undefined } | undefined;
  const vault: MemoryVault = {
    broken: false,
    load: async () => (kept && vault.broken ? 'unreadable' : kept?.keys),
    create: async (entropy) => {
      const copy = entropy.slice();
      const identity = signerOf(await pairFromSeed(await identitySeed(copy)));
      const keys = { identity, device: signerOf(await generatePair()) };
      kept = { keys, entropy: copy };
      vault.broken = false;
      return keys;
    },
    entropy: async () => (vault.broken ? undefined : kept?.entropy?.slice()),
    forgetEntropy: async () => {
      kept = kept && { ...kept, entropy: undefined };
    },
  };
  return vault;
}
