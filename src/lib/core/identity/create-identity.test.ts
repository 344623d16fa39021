import { beforeEach, describe, expect, test } from 'vitest';
import { verifyEd25519 } from '#lib/protocol/crypto.ts';
import { deviceKeyOf, identityKeyOf } from '#lib/protocol/key-text.ts';
import { IDENTITY_RELAY, identityBrowser, papersOf } from '#lib/testing/identity-browser.ts';
import { CERTIFICATE_TTL_MS } from './device-papers.ts';
import { WORDS_DUE_MS, WORDS_GUARDED_MS } from './create-identity.ts';
import type { OwnIdentity } from './create-identity.ts';
import { readInvite } from './invite-link.ts';

const DAY_MS = 86_400_000;

let world: ReturnType<typeof identityBrowser>;
let identity: OwnIdentity;
beforeEach(async () => {
  world = identityBrowser();
  identity = await world.load();
});

const counted = (watched: OwnIdentity) => {
  const count = { changes: 0 };
  watched.watch(() => (count.changes += 1));
  return count;
};

describe('before the first visit', () => {
  test('there is nothing, and nothing to sign with', async () => {
    expect(identity.profile).toBeUndefined();
    expect(identity.keys).toBeUndefined();
    expect(() => identity.certificate()).toThrow('no-identity');
    expect(() => identity.deviceList()).toThrow('no-identity');
    expect(await identity.recoveryWords()).toBeUndefined();
    await expect(identity.inviteLink()).rejects.toMatchObject({ reason: 'no-identity' });
    await expect(identity.rename('x')).rejects.toMatchObject({ reason: 'no-identity' });
    await expect(identity.confirmWords()).rejects.toMatchObject({ reason: 'no-identity' });
    await identity.renew();
    expect(identity.profile).toBeUndefined();
  });
});

describe('create', () => {
  test('makes keys with papers, shows them, and a reload brings the same', async () => {
    const count = counted(identity);
    await identity.create('  Alice\u202E ');
    expect(count.changes).toBe(1);
    const key = identityKeyOf(identity.keys?.identity.publicKey ?? new Uint8Array(32));
    expect(identity.profile).toEqual({ key, name: 'Alice', wordsConfirmed: false });

    const again = await world.load();
    expect(again.profile).toEqual(identity.profile);
    expect(again.certificate()).toEqual(identity.certificate());
    expect(again.deviceList()).toEqual(identity.deviceList());
  });

  test('the certificate names identity, device and device name for a year', async () => {
    await identity.create('Alice');
    const now = world.clock.now();
    const { certificate, list } = await papersOf(identity, now);
    expect(certificate).toMatchObject({
      identity: identity.keys?.identity.publicKey,
      device: identity.keys?.device.publicKey,
      deviceName: 'Test browser',
      issued: now,
      expires: now + CERTIFICATE_TTL_MS,
    });
    expect(list).toEqual({ epoch: Math.floor(now / 1000), certificates: [certificate] });
  });

  test('pressed twice, it makes one identity', async () => {
    await Promise.all([identity.create('Alice'), identity.create('Bob')]);
    await identity.create('Carol');
    expect(identity.profile?.name).toBe('Alice');
    const kept = await world.vault.load();
    expect(kept !== 'unreadable' && kept?.device.publicKey).toEqual(
      identity.keys?.device.publicKey,
    );
  });

  test('on a full disk it fails, shows nothing, and can be tried again', async () => {
    const count = counted(identity);
    world.stores.failWith = new Error('full');
    await expect(identity.create('Alice')).rejects.toThrow('full');
    expect(identity.profile).toBeUndefined();
    expect(count.changes).toBe(0);
    expect((await world.load()).profile).toBeUndefined();
    world.stores.failWith = undefined;
    await identity.create('Alice');
    expect((await world.load()).profile).toEqual(identity.profile);
  });
});

describe('recovery words', () => {
  test('bring the same person back on another browser, as another device', async () => {
    await identity.create('Alice');
    const words = (await identity.recoveryWords()) ?? [];
    expect(words).toHaveLength(12);

    const other = identityBrowser(2);
    await other.clock.advance(DAY_MS);
    const restored = await other.load();
    const result = await restored.restore(` ${words.join('\n').toUpperCase()}`, 'Alice at work');
    expect(result).toEqual({ ok: true, value: identity.profile?.key });
    expect(restored.profile).toEqual({
      ...identity.profile,
      name: 'Alice at work',
      wordsConfirmed: true,
    });
    expect(restored.keys?.device.publicKey).not.toEqual(identity.keys?.device.publicKey);

    const before = await papersOf(identity, other.clock.now());
    const after = await papersOf(restored, other.clock.now());
    expect(after.list?.epoch).toBeGreaterThan(before.list?.epoch ?? Infinity);
    // Who typed the words has them: they are not kept.
    expect(await restored.recoveryWords()).toBeUndefined();
    expect((await other.load()).profile).toEqual(restored.profile);
  });

  test('wrong ones change nothing', async () => {
    expect(await identity.restore('one two', 'Alice')).toEqual({ ok: false, problem: 'count' });
    expect(identity.profile).toBeUndefined();
    expect(await world.vault.load()).toBeUndefined();
  });

  test('do not replace an identity that is there', async () => {
    await identity.create('Alice');
    const before = identity.profile;
    await expect(identity.restore(`${'abandon '.repeat(11)}about`, 'x')).rejects.toMatchObject({
      reason: 'identity-exists',
    });
    expect((await world.load()).profile).toEqual(before);
  });

  test('are shown until confirmed, and then gone for good', async () => {
    await identity.create('Alice');
    const words = await identity.recoveryWords();
    expect((await (await world.load()).recoveryWords())?.join()).toBe(words?.join());
    await identity.confirmWords();
    expect(identity.profile?.wordsConfirmed).toBe(true);
    expect(await identity.recoveryWords()).toBeUndefined();
    expect(await world.vault.entropy()).toBeUndefined();
    const again = await world.load();
    expect(again.profile?.wordsConfirmed).toBe(true);
    const message = Uint8Array.of(1);
    const signature = (await again.keys?.identity.sign(message)) ?? message;
    const publicKey = again.keys?.identity.publicKey ?? message;
    expect(await verifyEd25519(publicKey, message, signature)).toBe(true);
  });

  test('a full disk confirms nothing, and the words can be seen again', async () => {
    await identity.create('Alice');
    const words = await identity.recoveryWords();
    world.stores.failWith = new Error('full');
    await expect(identity.confirmWords()).rejects.toThrow('full');
    expect(identity.profile?.wordsConfirmed).toBe(false);
    expect(await identity.recoveryWords()).toEqual(words);
  });

  test('confirming that was cut off before the words were deleted is finished by a reload', async () => {
    await identity.create('Alice');
    const { forgetEntropy } = world.vault;
    world.vault.forgetEntropy = () => Promise.reject(new Error('cut off'));
    await expect(identity.confirmWords()).rejects.toThrow('cut off');
    world.vault.forgetEntropy = forgetEntropy;
    const again = await world.load();
    expect(again.profile?.wordsConfirmed).toBe(true);
    expect(await world.vault.entropy()).toBeUndefined();
  });

  test('words of new keys are not confirmed by the profile of the keys before', async () => {
    await identity.create('Alice');
    await identity.confirmWords();
    await world.vault.create(new Uint8Array(16));
    const again = await world.load();
    expect(again.profile?.wordsConfirmed).toBe(false);
    expect(await again.recoveryWords()).toHaveLength(12);
  });
});

describe('words that nobody has confirmed', () => {
  test('are reminded of after a day, and no more once they are confirmed', async () => {
    await identity.create('Alice');
    expect(identity.profile?.wordsDue).toBeUndefined();
    let changes = 0;
    identity.watch(() => (changes += 1));
    await world.clock.advance(WORDS_DUE_MS);
    expect(identity.profile?.wordsDue).toBe(true);
    expect(changes).toBeGreaterThan(0);
    await identity.confirmWords();
    expect(identity.profile?.wordsDue).toBeUndefined();
  });

  test('are shown to a person who presses, and after a week to nobody else', async () => {
    await identity.create('Alice');
    await world.clock.advance(WORDS_GUARDED_MS - 1);
    expect(await identity.recoveryWords()).toHaveLength(12);
    await world.clock.advance(1);
    expect(await identity.recoveryWords()).toBeUndefined();
    expect((await world.load()).profile?.wordsConfirmed).toBe(false);
    world.person.presses = true;
    expect(await identity.recoveryWords()).toHaveLength(12);
  });
});

describe('rename', () => {
  test('is cleaned, kept and told', async () => {
    await identity.create('Alice');
    const count = counted(identity);
    await identity.rename(' Алиса \u200B');
    expect(identity.profile?.name).toBe('Алиса');
    expect(count.changes).toBe(1);
    expect((await world.load()).profile?.name).toBe('Алиса');
  });

  test('shows the old name when the disk is full', async () => {
    await identity.create('Alice');
    const count = counted(identity);
    world.stores.failWith = new Error('full');
    await expect(identity.rename('Bob')).rejects.toThrow('full');
    expect(identity.profile?.name).toBe('Alice');
    expect(count.changes).toBe(0);
  });
});

test('the invite link names this person, this device and the relays in use', async () => {
  await identity.create('Alice');
  const link = await identity.inviteLink();
  expect(link).toMatch(/^https:\/\/woxly\.example\/#\/i\//);
  const read = await readInvite(link, world.clock.now());
  const device = deviceKeyOf(identity.keys?.device.publicKey ?? new Uint8Array(32));
  expect(read).toEqual({
    ok: true,
    value: {
      key: identity.profile?.key,
      name: 'Alice',
      devices: [device],
      relays: [IDENTITY_RELAY],
    },
  });
});

describe('what was kept and cannot be used', () => {
  const keptDevice = async () => {
    const keys = await world.vault.load();
    return keys !== 'unreadable' && keys?.device.publicKey;
  };
  const broken = async (damage: () => void) => {
    await identity.create('Alice');
    const { profile } = identity;
    const words = ((await identity.recoveryWords()) ?? []).join(' ');
    const device = await keptDevice();
    damage();
    return { profile, words, device, later: await world.load() };
  };
  const loseKeys = () => (world.vault.broken = true);
  const loseProfile = () => (world.stores.profileBroken = true);
  const OTHER = `${'abandon '.repeat(11)}about`;

  test('a first visit has nothing to be damaged', () => {
    expect(identity.damage).toBeUndefined();
  });

  test('keys that cannot be read are not a first visit, and nothing replaces them unasked', async () => {
    const { later } = await broken(loseKeys);
    expect(later.profile).toBeUndefined();
    expect(later.damage).toEqual({ lost: 'keys', name: 'Alice' });
    await expect(later.create('Alice')).rejects.toMatchObject({ reason: 'identity-exists' });
    expect(await world.vault.load()).toBe('unreadable');
    world.vault.broken = false;
    expect((await world.load()).profile).toEqual(identity.profile);
  });

  test('the words bring the keys back', async () => {
    const { profile, words, later } = await broken(loseKeys);
    expect(await later.restore(words, 'Alice')).toEqual({ ok: true, value: profile?.key });
    expect(later.damage).toBeUndefined();
    expect((await world.load()).profile).toEqual({ ...profile, wordsConfirmed: true });
  });

  test('words of another key give up the one that was here only if that is chosen', async () => {
    const { profile, later } = await broken(loseKeys);
    expect(await later.restore(OTHER, 'Alice')).toEqual({ ok: false, problem: 'other-key' });
    expect(await world.vault.load()).toBe('unreadable');
    const restored = await later.restore(OTHER, 'Alice', true);
    expect(restored.ok && restored.value).not.toBe(profile?.key);
    expect((await world.load()).profile?.key).toBe(restored.ok && restored.value);
  });

  test('a new key takes the place of one that cannot be read if that is chosen', async () => {
    const { profile, later } = await broken(loseKeys);
    await later.create('Alice', true);
    expect(later.profile?.key).not.toBe(profile?.key);
    expect(later.damage).toBeUndefined();
    expect((await world.load()).profile).toEqual(later.profile);
  });

  test('whole keys survive a profile that cannot be read: only the name is asked for', async () => {
    const { profile, device, later } = await broken(loseProfile);
    expect(later.profile).toBeUndefined();
    expect(later.damage).toEqual({ lost: 'profile', name: '' });
    await later.create('Alice again');
    expect(later.profile).toEqual({ ...profile, name: 'Alice again' });
    expect(later.damage).toBeUndefined();
    const again = await world.load();
    expect(again.profile).toEqual(later.profile);
    expect(again.keys?.device.publicKey).toEqual(device);
  });

  test('whole keys without a profile are not overwritten by the words of somebody else', async () => {
    const { device, later } = await broken(loseProfile);
    expect(await later.restore(OTHER, 'x')).toEqual({ ok: false, problem: 'other-key' });
    expect(await keptDevice()).toEqual(device);
  });

  test('words that were confirmed stay confirmed', async () => {
    await identity.create('Alice');
    await identity.confirmWords();
    world.stores.profileBroken = true;
    const later = await world.load();
    await later.create('Alice');
    expect(later.profile?.wordsConfirmed).toBe(true);
  });

  test('a profile without keys says that the keys are gone; so does one that cannot be read', async () => {
    const other = identityBrowser(5);
    await other.stores.write((to) =>
      to.saveProfile({
        name: 'x',
        created: 0,
        wordsConfirmed: true,
        certificate: new Uint8Array(),
        deviceList: new Uint8Array(),
      }),
    );
    expect((await other.load()).damage).toEqual({ lost: 'keys', name: 'x' });
    const third = identityBrowser(6);
    third.stores.profileBroken = true;
    expect((await third.load()).damage).toEqual({ lost: 'keys', name: '' });
  });

  test('keys of a Start that did not finish are used by the next one', async () => {
    world.stores.failWith = new Error('full');
    await expect(identity.create('Alice')).rejects.toThrow('full');
    world.stores.failWith = undefined;
    const device = await keptDevice();
    const later = await world.load();
    await later.create('Alice');
    expect(later.keys?.device.publicKey).toEqual(device);
    expect(later.profile?.wordsConfirmed).toBe(false);
  });
});
