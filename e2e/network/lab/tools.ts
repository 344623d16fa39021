import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { linuxDistribution } from '../../../scripts/chromium.ts';
import { run } from '../../../scripts/command.ts';

/** What the laboratory needs of the system, and Debian's packages that have it. */
const TOOLS = {
  unshare: 'util-linux',
  nsenter: 'util-linux',
  ip: 'iproute2',
  nft: 'nftables',
  cc: 'gcc libc6-dev',
  tcpdump: 'tcpdump',
  turnserver: 'coturn',
} as const;

/** Where administrators' programs are, which are not in everybody's path. */
const PLACES = ['/usr/sbin', '/sbin', ...(process.env['PATH'] ?? '').split(delimiter)];

const missing = () =>
  Object.entries(TOOLS).filter(([tool]) => !PLACES.some((place) => existsSync(join(place, tool))));

/** Makes sure that the tools are there, on Debian as root by installing them. Resolves to what is missing, if anything. */
export async function ensureTools(): Promise<string | undefined> {
  const wanted = missing();
  if (wanted.length === 0) return undefined;
  if (process.getuid?.() === 0 && linuxDistribution() === 'debian') {
    const packages = wanted.flatMap(([, names]) => names.split(' '));
    // Packages of servers start them, unless the machine seems to be in single-user mode.
    const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    await run(['apt-get', 'update'], { env });
    await run(['apt-get', 'install', '-y', '--no-install-recommends', ...packages], { env });
  }
  const still = missing().map(([tool]) => tool);
  return still.length === 0 ? undefined : `not installed: ${still.join(', ')}`;
}
