import 'reflect-metadata';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { X509CertificateGenerator } from '@peculiar/x509';
import { keepFile } from '../process/keep-file.ts';

const FILE = 'webrtc-direct.pem';
/** Certificates are pinned by their hash, and no browser asks for their dates: long enough never to change. */
const YEARS = 20;
const YEAR_MS = 365 * 86_400_000;
/** multihash of sha2-256 and its length, https://github.com/multiformats/multihash */
const SHA256_MULTIHASH = [0x12, 0x20];

/** What `@libp2p/webrtc` takes; its own certificates last 14 days, and with them every address of the relay. */
export interface DtlsCertificate {
  readonly privateKey: string;
  readonly pem: string;
  /** The multibase text in `/webrtc-direct/certhash/…`. */
  readonly certhash: string;
}

async function make(): Promise<string> {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const now = Math.floor(Date.now() / 1000) * 1000;
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: `01${Buffer.from(crypto.getRandomValues(new Uint8Array(15))).toString('hex')}`,
      name: 'CN=woxly',
      notBefore: new Date(now - 86_400_000),
      notAfter: new Date(now + YEARS * YEAR_MS),
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      keys,
    },
    crypto,
  );
  return `${key.export({ format: 'pem', type: 'pkcs8' }).trim()}\n${certificate.toString('pem').trim()}\n`;
}

/**
 * The relay's P-256 certificate for webrtc-direct, `webrtc-direct.pem` in the data folder.
 * @throws when the file is there and is not a key and its certificate.
 */
export async function loadCertificate(folder: string): Promise<DtlsCertificate> {
  const path = join(folder, FILE);
  const text = await keepFile(path, make);
  try {
    const certificate = new X509Certificate(text);
    const privateKey = createPrivateKey(text);
    if (!certificate.checkPrivateKey(privateKey))
      throw new Error('the key belongs to another certificate');
    const digest = createHash('sha256').update(certificate.raw).digest();
    const multihash = Buffer.concat([Buffer.from(SHA256_MULTIHASH), digest]);
    return {
      privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }),
      pem: certificate.toString(),
      certhash: `u${multihash.toString('base64url')}`,
    };
  } catch (error) {
    throw new Error(`${path} is not a key and its certificate`, { cause: error });
  }
}
