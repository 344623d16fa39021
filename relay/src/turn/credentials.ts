import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { TURN_CREDENTIAL_SECONDS } from '#lib/protocol/limits.ts';
import { keepFile } from '../process/keep-file.ts';

const FILE = 'turn.secret';
/** As strong as the HMAC that it keys. */
const SECRET_BYTES = 32;
/** 96 bits: no two addresses get the same. */
const NAME_LENGTH = 16;

/** The secret that the relay shares with its TURN server; kept, so that credentials outlive a restart. */
export async function loadSecret(folder: string): Promise<string> {
  const path = join(folder, FILE);
  const make = () => Promise.resolve(`${randomBytes(SECRET_BYTES).toString('hex')}\n`);
  const secret = (await keepFile(path, make)).trim();
  // It becomes a line of the TURN server's configuration.
  if (!/^[0-9a-f]{64}$/.test(secret)) throw new Error(`${path} is not the secret of a relay`);
  return secret;
}

/** Under this name the relay asks its own server whether it works; no device and no address has it. */
export const OWN_NAME = 'relay';

/** What a device shows to the TURN server, and for how many seconds it serves. */
export interface TurnCredentials {
  readonly username: string;
  readonly credential: string;
  readonly seconds: number;
}

/** Stands for an address in credentials, which anybody on the way can read; another relay has another name for it. */
export const nameOfAddress = (address: string, secret: string): string =>
  createHmac('sha256', secret)
    .update(`address ${address}`)
    .digest('base64url')
    .slice(0, NAME_LENGTH);

/**
 * Credentials of coturn's REST interface (https://datatracker.ietf.org/doc/html/draft-uberti-behave-turn-rest-00). The
 * server strips the expiry from the username for its quota, so that nobody raises it by asking again.
 * @param user Who shares a quota.
 */
export function credentialsFor(user: string, secret: string, now: number): TurnCredentials {
  const username = `${Math.floor(now / 1000) + TURN_CREDENTIAL_SECONDS}:${user}`;
  const credential = createHmac('sha1', secret).update(username).digest('base64');
  return { username, credential, seconds: TURN_CREDENTIAL_SECONDS };
}
