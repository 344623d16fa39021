import { WoxlyError } from '#lib/domain/errors.ts';
import type { IdentityKey, Milliseconds, RelayAddress } from '#lib/domain/ids.ts';
import { cleanName } from '#lib/domain/name.ts';
import type { Profile } from '#lib/domain/profile.ts';
import { fail, ok } from '#lib/domain/result.ts';
import type { Scope } from '#lib/domain/scope.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Keys, KeyVault } from '#lib/ports/key-vault.ts';
import type { Random } from '#lib/ports/random.ts';
import type { Stores } from '#lib/ports/stores.ts';
import { identityKeyOf } from '#lib/protocol/key-text.ts';
import { SIGNED } from '#lib/protocol/signed.ts';
import type { Signed } from '#lib/protocol/signed.ts';
import { inOrder } from '../in-order.ts';
import { Watchers } from '../watchable.ts';
import type { Identity } from './identity.ts';
import { keptEpoch, keptIdentity, readPapers, renewalDue, signPapers } from './device-papers.ts';
import type { DevicePapers } from './device-papers.ts';
import { encodeInvite } from './invite-link.ts';
import { ENTROPY_BYTES, entropyOf, keyOf, wordsOf } from './recovery-words.ts';

/** How often a running app looks whether its certificate is to be renewed, ms: a day. */
const RENEWAL_CHECK_MS = 86_400_000;

/** The words are reminded of when they are not confirmed after this, ms: not on the day on which everything is new. */
export const WORDS_DUE_MS = 86_400_000;
/** And after this they are read only while a person presses something, ms: most have had the time to write them down. */
export const WORDS_GUARDED_MS = 7 * 86_400_000;

export interface IdentityPorts {
  readonly vault: KeyVault;
  readonly stores: Pick<Stores, 'profile' | 'write'>;
  readonly clock: Clock;
  readonly random: Random;
  /** What this device is called in its certificate, for example "Chrome on Android". */
  readonly deviceName: string;
  /** Where this page was opened, for links: `https://HOST`. */
  readonly origin: () => string;
  /** Multiaddrs of the relays that hold a reservation of this device now. */
  readonly relays: () => readonly RelayAddress[];
  /** Whether a person has just pressed something. */
  readonly isPressing: () => boolean;
  readonly scope: Scope;
}

/** {@link Identity} with what the rest of the app signs and proves itself with. */
export interface OwnIdentity extends Identity {
  /** `undefined` before the first visit's Start. */
  readonly keys: Keys | undefined;
  /** The signed certificate of this device. @throws WoxlyError<'no-identity'> before Start. */
  readonly certificate: () => Signed;
  /** The signed list of this person's devices. @throws WoxlyError<'no-identity'> before Start. */
  readonly deviceList: () => Signed;
  /** Signs certificate and list anew if that is due. Also runs by itself: at start and daily. */
  readonly renew: () => Promise<void>;
}

/** Everything there is once an identity exists. */
interface Known {
  readonly keys: Keys;
  readonly key: IdentityKey;
  readonly stored: Profile;
  readonly papers: DevicePapers;
}

/** Reads this browser's identity, if it has one. @throws what the vault or the store throws. */
export async function createIdentity(ports: IdentityPorts): Promise<OwnIdentity> {
  const { vault, stores, clock, random, deviceName, scope } = ports;
  const watchers = new Watchers();
  const exclusively = inOrder();
  let known: Known | undefined;
  /** Keys that are there and whole, without a profile. */
  let orphaned: Keys | undefined;
  let damage: Identity['damage'];
  /** The identity that this browser had, where what is left of it says so. */
  let previous: IdentityKey | undefined;
  let stopped = false;
  let stopWaiting: () => void = () => undefined;

  const ageOf = ({ stored }: Known): Milliseconds => clock.now() - stored.created;

  const must = (): Known => {
    if (known === undefined) throw new WoxlyError('no-identity');
    return known;
  };

  /** Stores first and shows afterwards, so that nothing is shown that a reload takes back. */
  const keep = async (
    keys: Keys,
    papers: DevicePapers,
    part: Pick<Profile, 'name' | 'created' | 'wordsConfirmed'>,
  ) => {
    const { name, created, wordsConfirmed } = part;
    const certificate = SIGNED.encode(papers.certificate);
    const deviceList = SIGNED.encode(papers.deviceList);
    const stored: Profile = { name, created, wordsConfirmed, certificate, deviceList };
    await stores.write((to) => to.saveProfile(stored));
    known = { keys, key: identityKeyOf(keys.identity.publicKey), stored, papers };
    damage = undefined;
    watchers.changed();
  };

  const change = (part: Partial<Profile>) =>
    exclusively(async () => {
      const { keys, papers, stored } = must();
      await keep(keys, papers, { ...stored, ...part });
    });

  /** Makes keys in place of whatever was there. */
  const makeKeys = async (entropy: Uint8Array<ArrayBuffer>) => {
    orphaned = await vault.create(entropy);
    previous = identityKeyOf(orphaned.identity.publicKey);
    return orphaned;
  };

  const begin = async (keys: Keys, name: string, wordsConfirmed: boolean) => {
    const now = clock.now();
    const papers = await signPapers(keys, deviceName, now);
    await keep(keys, papers, { name: cleanName(name), created: now, wordsConfirmed });
  };

  const renew = () =>
    exclusively(async () => {
      if (known === undefined || !renewalDue(known.papers, clock.now())) return;
      const { keys, papers, stored } = known;
      await keep(keys, await signPapers(keys, deviceName, clock.now(), papers.epoch), stored);
    });

  const watchCertificate = () => {
    stopWaiting = clock.after(RENEWAL_CHECK_MS, () => {
      // A store that fails today is tried again tomorrow; the certificate has months left.
      void renew()
        .catch(() => undefined)
        .then(() => {
          // Another day has passed for the words, too.
          watchers.changed();
          if (!stopped) watchCertificate();
        });
    });
  };

  const load = async () => {
    const [keys, profile] = await Promise.all([vault.load(), stores.profile.load()]);
    if (keys === undefined && profile === undefined) return;
    const stored = profile === 'unreadable' ? undefined : profile;
    const name = cleanName(stored?.name ?? '');
    if (keys === undefined || keys === 'unreadable') {
      previous = stored && keptIdentity(stored);
      damage = { lost: 'keys', name };
      return;
    }
    if (stored === undefined) {
      orphaned = keys;
      previous = identityKeyOf(keys.identity.publicKey);
      damage = { lost: 'profile', name };
      return;
    }
    const now = clock.now();
    const kept = await readPapers(keys, stored, now);
    const papers = kept ?? (await signPapers(keys, deviceName, now, keptEpoch(stored)));
    const entropy = await vault.entropy();
    // What a profile of other keys says of its words does not hold for these.
    const wordsConfirmed = entropy === undefined || (kept !== undefined && stored.wordsConfirmed);
    // Confirming was cut off before they were deleted.
    if (entropy !== undefined && wordsConfirmed) await vault.forgetEntropy().catch(() => undefined);
    known = {
      keys,
      key: identityKeyOf(keys.identity.publicKey),
      stored: { ...stored, name },
      papers,
    };
    if (kept === undefined || wordsConfirmed !== stored.wordsConfirmed) {
      // A full disk must not keep anybody from ringing; the next start tries again.
      await keep(keys, papers, { ...stored, wordsConfirmed }).catch(() => undefined);
    }
    await renew().catch(() => undefined);
  };

  await load();
  watchCertificate();
  scope.add(() => {
    stopped = true;
    stopWaiting();
  });

  return {
    watch: watchers.watch,
    get profile() {
      if (known === undefined) return undefined;
      const { name, wordsConfirmed } = known.stored;
      const due = !wordsConfirmed && ageOf(known) >= WORDS_DUE_MS;
      return { key: known.key, name, wordsConfirmed, ...(due && { wordsDue: true as const }) };
    },
    get damage() {
      return damage;
    },
    get keys() {
      return known?.keys;
    },
    certificate: () => must().papers.certificate,
    deviceList: () => must().papers.deviceList,
    renew,

    create: (name, anew = false) =>
      exclusively(async () => {
        // A second press of Start must not replace the keys of the first.
        if (known !== undefined) return;
        if (orphaned !== undefined) {
          await begin(orphaned, name, (await vault.entropy()) === undefined);
          return;
        }
        if (damage !== undefined && !anew) throw new WoxlyError('identity-exists');
        await begin(await makeKeys(random.bytes(ENTROPY_BYTES)), name, false);
      }),

    restore: async (words, name, anew = false) => {
      const entropy = await entropyOf(words);
      if (!entropy.ok) return entropy;
      return exclusively(async () => {
        if (known !== undefined) throw new WoxlyError('identity-exists');
        const other =
          damage !== undefined &&
          previous !== undefined &&
          previous !== (await keyOf(entropy.value));
        if (other && !anew) return fail('other-key');
        const keys = await makeKeys(entropy.value);
        await vault.forgetEntropy();
        await begin(keys, name, true);
        return ok(must().key);
      });
    },

    rename: (name) => change({ name: cleanName(name) }),

    recoveryWords: async () => {
      if (known && ageOf(known) >= WORDS_GUARDED_MS && !ports.isPressing()) return undefined;
      const entropy = await vault.entropy();
      return entropy && wordsOf(entropy);
    },

    confirmWords: async () => {
      // Deleted last: a full disk must not take the words from somebody who is told that they are not confirmed.
      await change({ wordsConfirmed: true });
      await vault.forgetEntropy();
    },

    inviteLink: async () => {
      const { keys, stored } = must();
      const invite = {
        ...(stored.name === '' ? {} : { name: stored.name }),
        devices: [keys.device.publicKey],
        relays: ports.relays(),
        created: clock.now(),
      };
      return encodeInvite(keys.identity, invite, ports.origin());
    },
  };
}
