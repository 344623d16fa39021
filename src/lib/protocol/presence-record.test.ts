import { expect, test } from 'vitest';
import { signerNumber } from '#lib/testing/signers.ts';
import { hkdfSha256, sealAes } from './crypto.ts';
import { signCertificate } from './device-certificate.ts';
import { signDeviceList } from './device-list.ts';
import {
  DEVICES_MAX,
  MULTIADDR_MAX_BYTES,
  NAME_MAX_BYTES,
  PRESENCE_MAX_BYTES,
  PRESENCE_RELAYS_MAX,
} from './limits.ts';
import { DOMAIN } from './names.ts';
import {
  openPresence,
  PRESENCE_ENVELOPE,
  PRESENCE_RECORD,
  presenceDay,
  presenceTag,
  sealPresence,
} from './presence-record.ts';
import { sign, SIGNED } from './signed.ts';

const DAY_MS = 86_400_000;
const NOW = 20_000 * DAY_MS + 1000;
const DAY = 20_000;
const NONCE = new Uint8Array(12).fill(5);

const alice = await signerNumber(1);
const bob = await signerNumber(2);
const devices = await signDeviceList(alice, { epoch: 1, certificates: [] });
const record = {
  devices,
  relays: ['/dns4/relay.example/tcp/443/tls/ws'],
  sequence: 4,
  issued: NOW,
  expires: NOW + 60_000,
};

test('who knows the key and the day opens it', async () => {
  const envelope = await sealPresence(alice, record, NONCE);
  expect(presenceDay(NOW)).toBe(DAY);
  expect(envelope.tag).toEqual(await presenceTag(alice.publicKey, DAY));
  expect(envelope.expires).toBe(record.expires);
  expect(await openPresence(envelope, alice.publicKey, DAY, NOW)).toEqual(record);
});

test('another key or another day does not', async () => {
  const envelope = await sealPresence(alice, record, NONCE);
  expect(await openPresence(envelope, bob.publicKey, DAY, NOW)).toBeUndefined();
  expect(await openPresence(envelope, alice.publicKey, DAY + 1, NOW)).toBeUndefined();
  expect(await openPresence(envelope, alice.publicKey, DAY - 1, NOW)).toBeUndefined();
});

test('an expired record is nothing, whatever its envelope says', async () => {
  const envelope = await sealPresence(alice, record, NONCE);
  const prolonged = { ...envelope, expires: NOW + DAY_MS };
  expect(await openPresence(prolonged, alice.publicKey, DAY, NOW + 59_999)).toEqual(record);
  expect(await openPresence(prolonged, alice.publicKey, DAY, NOW + 60_000)).toBeUndefined();
});

/** A body that anybody who knows Alice's key can seal, signed by `signer` for `domain`. */
async function forged(signer: typeof alice, domain: string, day = DAY) {
  const dayBytes = new Uint8Array(8);
  new DataView(dayBytes.buffer).setBigUint64(0, BigInt(day));
  const key = await hkdfSha256(alice.publicKey, DOMAIN.presenceKey, 32, dayBytes);
  const signed = SIGNED.encode(await sign(signer, domain, PRESENCE_RECORD, record));
  const tag = await presenceTag(alice.publicKey, day);
  return { tag, expires: record.expires, nonce: NONCE, sealed: await sealAes(key, NONCE, signed) };
}

test('a record that somebody else forged, or that was signed for something else, is nothing', async () => {
  const genuine = await forged(alice, DOMAIN.presence);
  expect(await openPresence(genuine, alice.publicKey, DAY, NOW)).toEqual(record);
  for (const bad of [await forged(bob, DOMAIN.presence), await forged(alice, DOMAIN.invite)]) {
    expect(await openPresence(bad, alice.publicKey, DAY, NOW)).toBeUndefined();
  }
});

test('a record of today sealed again for tomorrow is nothing', async () => {
  const moved = await forged(alice, DOMAIN.presence, DAY + 1);
  expect(await openPresence(moved, alice.publicKey, DAY + 1, NOW)).toBeUndefined();
});

test('a changed bit in nonce or body is noticed', async () => {
  const envelope = await sealPresence(alice, record, NONCE);
  for (const field of ['nonce', 'sealed'] as const) {
    for (const at of [0, envelope[field].byteLength - 1]) {
      const changed = envelope[field].slice();
      changed[at] = (changed[at] as number) ^ 1;
      const bad = { ...envelope, [field]: changed };
      expect(await openPresence(bad, alice.publicKey, DAY, NOW)).toBeUndefined();
    }
  }
  const empty = { ...envelope, sealed: new Uint8Array() };
  expect(await openPresence(empty, alice.publicKey, DAY, NOW)).toBeUndefined();
});

test('tags differ by person and day and are always the same', async () => {
  const tags = await Promise.all([
    presenceTag(alice.publicKey, DAY),
    presenceTag(alice.publicKey, DAY + 1),
    presenceTag(bob.publicKey, DAY),
  ]);
  expect(new Set(tags.map(String)).size).toBe(3);
  expect(await presenceTag(alice.publicKey, DAY)).toEqual(tags[0]);
});

test('days turn at midnight in UTC', () => {
  expect(presenceDay(Date.UTC(2026, 10, 22, 23, 59, 59, 999))).toBe(20_779);
  expect(presenceDay(Date.UTC(2026, 10, 23))).toBe(20_780);
});

test('one device and as many relays as allowed fit into what gossip carries', async () => {
  const certificate = await signCertificate(alice, bob, {
    deviceName: 'x'.repeat(NAME_MAX_BYTES),
    issued: NOW,
    expires: NOW * 2,
  });
  const sealed = async (count: number, deviceName: string) => {
    const one =
      deviceName === ''
        ? certificate
        : await signCertificate(alice, bob, { deviceName, issued: NOW, expires: NOW * 2 });
    const certificates = Array<typeof one>(count).fill(one);
    const list = await signDeviceList(alice, { epoch: 1, certificates });
    const relays = Array<string>(PRESENCE_RELAYS_MAX).fill('/'.padEnd(MULTIADDR_MAX_BYTES, 'x'));
    return PRESENCE_ENVELOPE.encode(
      await sealPresence(alice, { ...record, devices: list, relays }, NONCE),
    );
  };
  const largest = [await sealed(1, ''), await sealed(DEVICES_MAX, 'Chrome on Android')];
  for (const encoded of largest) {
    expect(encoded.byteLength).toBeLessThanOrEqual(PRESENCE_MAX_BYTES);
    expect(PRESENCE_ENVELOPE.decode(encoded)).toBeDefined();
  }
});
