import { expect, test } from 'vitest';
import { signerNumber } from '#lib/testing/signers.ts';
import { signingInput } from './crypto.ts';
import { signCertificate } from './device-certificate.ts';
import { openDeviceList, SIGNED_DEVICE_LIST_MAX_BYTES, signDeviceList } from './device-list.ts';
import { DEVICES_MAX, NAME_MAX_BYTES } from './limits.ts';
import { DOMAIN } from './names.ts';
import { SIGNED } from './signed.ts';

const alice = await signerNumber(1);
const mallory = await signerNumber(66);

async function certificateOf(device: number, expires = 2000, signer = alice) {
  const about = { deviceName: `${device}`, issued: 1, expires };
  return signCertificate(signer, await signerNumber(device), about);
}

/** What Alice would have said, signed by somebody else. */
async function forged(device: number) {
  const { payload } = await certificateOf(device);
  return { payload, signature: await mallory.sign(signingInput(DOMAIN.certificate, payload)) };
}

test('names the devices that are certified now', async () => {
  const certificates = [await certificateOf(2), await certificateOf(3)];
  const signed = await signDeviceList(alice, { epoch: 7, certificates });
  const opened = await openDeviceList(signed, alice.publicKey, 1500);
  expect(opened?.epoch).toBe(7);
  expect(opened?.certificates.map(({ deviceName }) => deviceName)).toEqual(['2', '3']);
});

test('leaves out devices that expired, that were not certified, or that are of somebody else', async () => {
  const certificates = [
    await certificateOf(2, 1400),
    await forged(3),
    await certificateOf(4, 2000, mallory),
    await certificateOf(5),
  ];
  const signed = await signDeviceList(alice, { epoch: 7, certificates });
  const opened = await openDeviceList(signed, alice.publicKey, 1500);
  expect(opened?.certificates.map(({ deviceName }) => deviceName)).toEqual(['5']);
});

test('a list that another key signed is nothing', async () => {
  const signed = await signDeviceList(mallory, {
    epoch: 9,
    certificates: [await certificateOf(2)],
  });
  expect(await openDeviceList(signed, alice.publicKey, 1500)).toBeUndefined();
});

test('the longest fits into what others read', async () => {
  const { publicKey } = alice;
  const long = await signCertificate(alice, alice, {
    deviceName: 'x'.repeat(NAME_MAX_BYTES),
    issued: Number.MAX_SAFE_INTEGER,
    expires: Number.MAX_SAFE_INTEGER,
  });
  const certificates = Array<typeof long>(DEVICES_MAX).fill(long);
  const signed = await signDeviceList(alice, { epoch: Number.MAX_SAFE_INTEGER, certificates });
  expect(SIGNED.encode(signed).byteLength).toBeLessThanOrEqual(SIGNED_DEVICE_LIST_MAX_BYTES);
  const believed = await signDeviceList(alice, { epoch: 7, certificates });
  const opened = await openDeviceList(believed, publicKey, 1500);
  expect(opened?.certificates).toHaveLength(DEVICES_MAX);
});

test('an epoch may be a day ahead of the time, and no more', async () => {
  const now = 1_793_534_400_000;
  const withEpoch = async (epoch: number) =>
    openDeviceList(await signDeviceList(alice, { epoch, certificates: [] }), alice.publicKey, now);
  expect(await withEpoch(1_793_534_400 + 86_400)).toBeDefined();
  expect(await withEpoch(1_793_534_400 + 86_401)).toBeUndefined();
  expect(await withEpoch(Number.MAX_SAFE_INTEGER)).toBeUndefined();
});
