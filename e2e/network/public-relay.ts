import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCertificate } from '../../relay/src/ways/certificate.ts';
import { startRelay } from '../relay.ts';
import type { TestRelay } from '../relay.ts';
import { PUBLIC_NETWORK, SERVERS } from './lab/addresses.ts';
import { execute } from './lab/execute.ts';

/** Which of the public servers. */
export type ServerNumber = 0 | 1 | 2 | 3;

/** A relay on a public server. */
export interface PublicRelay extends TestRelay {
  readonly ip: string;
  /** Ends it and takes its server off the internet, TURN included: what is sent there vanishes. */
  vanish(): Promise<void>;
}

/**
 * A real relay on a public server with STUN and TURN: the page on port 80 and TURN over TLS on 443, which strict
 * offices let through.
 */
export async function startPublicRelay(
  server: ServerNumber,
  neighbours: readonly TestRelay[],
  options: readonly string[],
): Promise<PublicRelay> {
  const ip = SERVERS[server];
  const onTheInternet = (how: 'replace' | 'delete') =>
    execute(['ip', 'address', how, `${ip}/32`, 'dev', 'lo']);
  onTheInternet('replace');
  const known = await Promise.all(neighbours.map((one) => one.address()));
  const relay = await startRelay([
    ...['--host', ip, '--port', '80', '--operator', `Server ${server}`],
    ...['--turn', 'true', '--turn-tls-port', '443', ...(await certificate())],
    // The addresses of the laboratory are those of documentation, where TURN sends nothing.
    ...['--turn-allow-peer', PUBLIC_NETWORK],
    ...known.flatMap((address) => ['--peer', address]),
    ...options,
  ]);
  const dispose = relay.dispose.bind(relay);
  return Object.assign(relay, {
    ip,
    vanish: async () => {
      onTheInternet('delete');
      await relay.kill();
    },
    dispose: async () => {
      await dispose();
      onTheInternet('replace');
    },
  });
}

/** A certificate that nobody vouches for. */
async function certificate(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const { pem, privateKey } = await loadCertificate(folder);
  const [certificateFile, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  writeFileSync(certificateFile, pem);
  writeFileSync(keyFile, privateKey);
  return ['--turn-certificate', certificateFile, '--turn-key', keyFile];
}
