import * as v from 'valibot';
import type { Bytes } from '#lib/domain/bytes.ts';
import type { Keys, KeyVault } from '#lib/ports/key-vault.ts';
import { verifyEd25519 } from '#lib/protocol/crypto.ts';
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

/** What is signed to see whether a pair of keys works; nothing that is signed in earnest begins so. */
const PROBE = new TextEncoder().encode('woxly key probe');

/** Whether both halves belong together and still sign: a key that was copied between devices may look like one. */
async function signs({ privateKey, publicKey }: Row['identity']): Promise<boolean> {
  try {
    const signature = await signerOf({ privateKey, publicKey }).sign(PROBE);
    return await verifyEd25519(publicKey, PROBE, signature);
  } catch {
    return false;
  }
}

/** Keys in IndexedDB, as WebCrypto keys that nobody can read, this code included. */
export function idbKeyVault({ read, write, change }: Database): KeyVault {
  /** What is there, whatever it is. A row that the browser cannot make sense of any more is none of these bytes. */
  const kept = async (): Promise<unknown> => {
    try {
      return await read('keys', (store) => store.get(OWN));
    } catch (failure) {
      const there = await read('keys', (store) => store.getKey(OWN));
      if (there === undefined) throw failure;
      return null;
    }
  };
  const row = async (): Promise<Row | undefined> => {
    const parsed = v.safeParse(ROW, await kept());
    return parsed.success ? parsed.output : undefined;
  };

  return {
    load: async () => {
      const found = await kept();
      if (found === undefined) return undefined;
      const parsed = v.safeParse(ROW, found);
      if (!parsed.success) return 'unreadable';
      const { identity, device } = parsed.output;
      return (await signs(identity)) && (await signs(device))
        ? keysOf(parsed.output)
        : 'unreadable';
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
      await write(['keys'], (open) => open('keys').put(made, OWN));
      return keysOf(made);
    },

    entropy: async () => {
      const own = await row();
      return own?.entropy && unseal(own.entropy);
    },

    forgetEntropy: () =>
      change(['keys'], async (open) => {
        const store = open('keys');
        const own: unknown = await store.get(OWN);
        if (typeof own !== 'object' || own === null) return;
        const rest = Object.entries(own).filter(([field]) => field !== 'entropy');
        await store.put(Object.fromEntries(rest), OWN);
      }),
  };
}
