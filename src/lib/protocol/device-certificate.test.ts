import { expect, test } from 'vitest';
import { signerNumber } from '#lib/testing/signers.ts';
import {
  DEVICE_CERTIFICATE,
  openCertificate,
  SIGNED_CERTIFICATE,
  SIGNED_CERTIFICATE_MAX_BYTES,
  signCertificate,
} from './device-certificate.ts';
import { NAME_MAX_BYTES } from './limits.ts';
import { DOMAIN } from './names.ts';
import { sign } from './signed.ts';

const alice = await signerNumber(1);
const mallory = await signerNumber(66);
const phone = await signerNumber(2);
const certificate = {
  identity: alice.publicKey,
  device: phone.publicKey,
  deviceName: 'Phone',
  issued: 1000,
  expires: 2000,
};

test('opens until it expires, and not from then on', async () => {
  const signed = await signCertificate(alice, certificate);
  expect(await openCertificate(signed, 1500)).toEqual(certificate);
  expect(await openCertificate(signed, 1999)).toEqual(certificate);
  expect(await openCertificate(signed, 2000)).toBeUndefined();
});

test('a certificate that another key signed is nothing', async () => {
  expect(await openCertificate(await signCertificate(mallory, certificate), 1500)).toBeUndefined();
});

test('the signature of another document is nothing', async () => {
  const elsewhere = await sign(alice, DOMAIN.invite, DEVICE_CERTIFICATE, certificate);
  expect(await openCertificate(elsewhere, 1500)).toBeUndefined();
});

test('a device that was put in later is noticed', async () => {
  const { signature } = await signCertificate(alice, certificate);
  const payload = DEVICE_CERTIFICATE.encode({ ...certificate, device: mallory.publicKey });
  expect(await openCertificate({ payload, signature }, 1500)).toBeUndefined();
});

test('bytes that are no certificate are nothing', async () => {
  const { signature } = await signCertificate(alice, certificate);
  const payload = new Uint8Array(40).fill(0xff);
  expect(await openCertificate({ payload, signature }, 1500)).toBeUndefined();
});

test('the longest fits into what others read', async () => {
  const longest = {
    ...certificate,
    deviceName: 'x'.repeat(NAME_MAX_BYTES),
    issued: Number.MAX_SAFE_INTEGER,
    expires: Number.MAX_SAFE_INTEGER,
  };
  const encoded = SIGNED_CERTIFICATE.encode(await signCertificate(alice, longest));
  expect(encoded.byteLength).toBeLessThanOrEqual(SIGNED_CERTIFICATE_MAX_BYTES);
});
