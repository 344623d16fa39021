import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { TURN_CREDENTIAL_SECONDS } from '#lib/protocol/limits.ts';
import { keepFile } from '../keep-file.ts';

const FILE = 'turn.secret';
/** As strong as the HMAC that it keys. */
const SECRET_BYTES = 32;

/** The secret that the relay shares with its TURN server; kept, so that credentials outlive a restart. */
export async function loadSecret(folder: string): Promise<string> {
  const path = join(folder, FILE);
  const make = () => Promise.resolve(`${randomBytes(SECRET_BYTES).toString('hex')}\n`);
  const secret = (await keepFile(path, make)).trim();
  // It becomes a line of the TURN server's configuration.
  if (!/^[0-9a-f]{64}$/.test(secret)) throw new Error(`${path} is not the secret of a relay`);
  return secret;
}

/** What a device shows to the TURN server, and for how many seconds it serves. */
export interface TurnCredentials {
  readonly username: string;
  readonly credential: string;
  readonly seconds: number;
}

/**
 * Credentials of coturn's REST interface for one device
 * (https://datatracker.ietf.org/doc/html/draft-uberti-behave-turn-rest-00). The server strips the expiry from the
 * username for its quota, so that a device cannot raise its own by asking again.
 */
export function credentialsFor(device: string, secret: string, now: number): TurnCredentials {
  const username = `${Math.floor(now / 1000) + TURN_CREDENTIAL_SECONDS}:${device}`;
  const credential = createHmac('sha1', secret).update(username).digest('base64');
  return { username, credential, seconds: TURN_CREDENTIAL_SECONDS };
}
