import { expect, test } from 'vitest';
import { signerNumber } from '#lib/testing/signers.ts';
import { signingInput } from './crypto.ts';
import {
  DEVICE_CERTIFICATE,
  openCertificate,
  SIGNED_CERTIFICATE,
  SIGNED_CERTIFICATE_MAX_BYTES,
  signCertificate,
} from './device-certificate.ts';
import type { DeviceCertificate } from './device-certificate.ts';
import { CERTIFICATE_TTL_MAX_MS, NAME_MAX_BYTES } from './limits.ts';
import { DOMAIN } from './names.ts';
import { sign } from './signed.ts';
import type { Signer } from './signed.ts';

const alice = await signerNumber(1);
const mallory = await signerNumber(66);
const phone = await signerNumber(2);
const about = { deviceName: 'Phone', issued: 1000, expires: 2000 };
const certify = (signer = alice, device = phone) => signCertificate(signer, device, about);

test('opens until it expires, and not from then on', async () => {
  const signed = await certify();
  const opened = { identity: alice.publicKey, device: phone.publicKey, ...about };
  expect(await openCertificate(signed, 1500)).toMatchObject(opened);
  expect(await openCertificate(signed, 1999)).toMatchObject(opened);
  expect(await openCertificate(signed, 2000)).toBeUndefined();
});

/** What a certificate of Alice for her phone says. */
const said = async () => DEVICE_CERTIFICATE.decode((await certify()).payload) as DeviceCertificate;

test('a certificate that another key signed is nothing', async () => {
  const signed = await sign(mallory, DOMAIN.certificate, DEVICE_CERTIFICATE, await said());
  expect(await openCertificate(signed, 1500)).toBeUndefined();
});

test('nobody certifies a device that did not consent', async () => {
  const identity = mallory.publicKey;
  const stolen = { ...(await said()), identity };
  const own = { ...stolen, consent: (await certifiedConsent(mallory, mallory)).consent };
  const foreign = { ...stolen, consent: new Uint8Array(64) };
  for (const claim of [stolen, own, foreign]) {
    const signed = await sign(mallory, DOMAIN.certificate, DEVICE_CERTIFICATE, claim);
    expect(await openCertificate(signed, 1500)).toBeUndefined();
  }
});

async function certifiedConsent(signer: Signer, device: Signer): Promise<DeviceCertificate> {
  return DEVICE_CERTIFICATE.decode((await certify(signer, device)).payload) as DeviceCertificate;
}

test('a device that consented to one person did not consent to another', async () => {
  const { consent } = await certifiedConsent(alice, phone);
  const claim = { identity: mallory.publicKey, device: phone.publicKey, ...about, consent };
  const signed = await sign(mallory, DOMAIN.certificate, DEVICE_CERTIFICATE, claim);
  expect(await openCertificate(signed, 1500)).toBeUndefined();
});

test('a certificate is renewed without asking the device again', async () => {
  const renewed = { ...(await said()), issued: 1900, expires: 3000 };
  const signed = await sign(alice, DOMAIN.certificate, DEVICE_CERTIFICATE, renewed);
  expect(await openCertificate(signed, 2500)).toEqual(renewed);
});

test('one from before devices consented is nothing', async () => {
  const { consent, ...before } = await said();
  const payload = DEVICE_CERTIFICATE.encode({ ...before, consent }).slice(0, -66);
  expect(DEVICE_CERTIFICATE.decode(payload)).toBeUndefined();
  const signature = await alice.sign(signingInput(DOMAIN.certificate, payload));
  expect(await openCertificate({ payload, signature }, 1500)).toBeUndefined();
});

test('none is valid for longer than honest ones are', async () => {
  const of = (expires: number) =>
    signCertificate(alice, phone, { ...about, expires: about.issued + expires });
  expect(await openCertificate(await of(CERTIFICATE_TTL_MAX_MS), 1500)).toBeDefined();
  expect(await openCertificate(await of(CERTIFICATE_TTL_MAX_MS + 1), 1500)).toBeUndefined();
});

test('the signature of another document is nothing', async () => {
  const elsewhere = await sign(alice, DOMAIN.invite, DEVICE_CERTIFICATE, await said());
  expect(await openCertificate(elsewhere, 1500)).toBeUndefined();
});

test('a device that was put in later is noticed', async () => {
  const { signature } = await certify();
  const payload = DEVICE_CERTIFICATE.encode({ ...(await said()), device: mallory.publicKey });
  expect(await openCertificate({ payload, signature }, 1500)).toBeUndefined();
});

test('bytes that are no certificate are nothing', async () => {
  const { signature } = await certify();
  const payload = new Uint8Array(40).fill(0xff);
  expect(await openCertificate({ payload, signature }, 1500)).toBeUndefined();
});

test('the longest fits into what others read', async () => {
  const longest = {
    deviceName: 'x'.repeat(NAME_MAX_BYTES),
    issued: Number.MAX_SAFE_INTEGER,
    expires: Number.MAX_SAFE_INTEGER,
  };
  const encoded = SIGNED_CERTIFICATE.encode(await signCertificate(alice, phone, longest));
  expect(encoded.byteLength).toBeLessThanOrEqual(SIGNED_CERTIFICATE_MAX_BYTES);
});
