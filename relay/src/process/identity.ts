import { join } from 'node:path';
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys';
import type { PrivateKey } from '@libp2p/interface';
import { keepFile } from './keep-file.ts';

const FILE = 'identity.key';

/**
 * The relay's Ed25519 key: base64 of its libp2p protobuf, in `identity.key` of the data folder.
 * @throws when the file is there and is not such a key: a relay never takes another identity by itself.
 */
export async function loadIdentity(folder: string): Promise<PrivateKey> {
  const path = join(folder, FILE);
  const text = await keepFile(path, async () => {
    const key = privateKeyToProtobuf(await generateKeyPair('Ed25519'));
    return `${Buffer.from(key).toString('base64')}\n`;
  });
  try {
    const key = privateKeyFromProtobuf(Buffer.from(text.trim(), 'base64'));
    if (key.type === 'Ed25519') return key;
  } catch (error) {
    throw new Error(`${path} is not the key of a relay`, { cause: error });
  }
  throw new Error(`${path} is not an Ed25519 key`);
}
