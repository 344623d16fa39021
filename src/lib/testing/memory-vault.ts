import type { Bytes } from '#lib/domain/bytes.ts';
import type { Keys, KeyVault } from '#lib/ports/key-vault.ts';
import { generatePair, identitySeed, pairFromSeed, signerOf } from '#lib/protocol/ed25519.ts';

/** Keys with real signatures that live as long as the test. */
export function memoryVault(): KeyVault {
  let kept: { readonly keys: Keys; readonly entropy: Bytes | undefined } | undefined;
  return {
    load: async () => kept?.keys,
    create: async (entropy) => {
      const copy = entropy.slice();
      const identity = signerOf(await pairFromSeed(await identitySeed(copy)));
      const keys = { identity, device: signerOf(await generatePair()) };
      kept = { keys, entropy: copy };
      return keys;
    },
    entropy: async () => kept?.entropy?.slice(),
    forgetEntropy: async () => {
      kept = kept && { ...kept, entropy: undefined };
    },
  };
}
