import * as v from 'valibot';
import type { Bytes } from '#lib/domain/bytes.ts';
import type { Keys, KeyVault } from '#lib/ports/key-vault.ts';
import { generatePair, identitySeed, pairFromSeed, signerOf } from '#lib/protocol/ed25519.ts';
import { PUBLIC_KEY_BYTES } from '#lib/protocol/limits.ts';
import type { Database } from './database.ts';

const { subtle } = globalThis.crypto;

/** The one row of the store: one person a browser. */
const OWN = 'own';

const unreadableKey = (algorithm: string, use: KeyUsage) =>
  v.custom<CryptoKey>(
    (given) =>
      given instanceof CryptoKey &&
      given.algorithm.name === algorithm &&
      !given.extractable &&
      given.usages.includes(use),
  );
const bytesOf = (length: number) =>
  v.custom<Bytes>((given) => given instanceof Uint8Array && given.byteLength === length);
const PAIR = v.object({
  privateKey: unreadableKey('Ed25519', 'sign'),
  publicKey: bytesOf(PUBLIC_KEY_BYTES),
});
const SEALED_BYTES = 16 + 16;
const ROW = v.object({
  identity: PAIR,
  device: PAIR,
  /** The entropy under AES-GCM: on a disk it is worth nothing without the browser that holds the key. */
  entropy: v.exactOptional(
    v.object({
      key: unreadableKey('AES-GCM', 'decrypt'),
      nonce: bytesOf(12),
      sealed: bytesOf(SEALED_BYTES),
    }),
  ),
});
type Row = v.InferOutput<typeof ROW>;

async function seal(entropy: Bytes): Promise<NonNullable<Row['entropy']>> {
  const algorithm = { name: 'AES-GCM', length: 256 };
  const key = await subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']);
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, entropy);
  return { key, nonce, sealed: new Uint8Array(sealed) };
}

async function unseal({ key, nonce, sealed }: NonNullable<Row['entropy']>) {
  try {
    return new Uint8Array(await subtle.decrypt({ name: 'AES-GCM', iv: nonce }, key, sealed));
  } catch {
    // A row that was tampered with: the words are gone, the keys still work.
    return undefined;
  }
}

const keysOf = ({ identity, device }: Row): Keys => ({
  identity: signerOf(identity),
  device: signerOf(device),
});

/** Keys in IndexedDB, as WebCrypto keys that nobody can read, this code included. */
export function idbKeyVault({ read, write, change }: Database): KeyVault {
  const row = async (): Promise<Row | undefined> => {
    const parsed = v.safeParse(ROW, await read('keys', (store) => store.get(OWN)));
    return parsed.success ? parsed.output : undefined;
  };

  return {
    load: async () => {
      const kept = await row();
      return kept && keysOf(kept);
    },

    create: async (entropy) => {
      // All cryptography before the transaction, which would end while waiting for it.
      const seed = await identitySeed(entropy);
      const made: Row = {
        identity: await pairFromSeed(seed),
        device: await generatePair(),
        entropy: await seal(entropy),
      };
      seed.fill(0);
      await write('keys', (store) => store.put(made, OWN));
      return keysOf(made);
    },

    entropy: async () => {
      const kept = await row();
      return kept?.entropy && unseal(kept.entropy);
    },

    forgetEntropy: () =>
      change('keys', async (store) => {
        const kept: unknown = await store.get(OWN);
        if (typeof kept !== 'object' || kept === null) return;
        const rest = Object.entries(kept).filter(([field]) => field !== 'entropy');
        await store.put(Object.fromEntries(rest), OWN);
      }),
  };
}
