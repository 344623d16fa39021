import { existsSync, readFileSync } from 'node:fs';
import { run } from './command.ts';

/** Makes sure that coturn is there for the tests of TURN, and says in one line what that took. */
export async function ensureTurnserver(): Promise<{ readonly ok: boolean; readonly said: string }> {
  if (await isThere()) return { ok: true, said: 'found turnserver' };
  if (process.getuid?.() !== 0 || !isDebian()) {
    return { ok: false, said: 'coturn is not installed, which tests of TURN need' };
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const steps = [
    ['apt-get', 'update'],
    ['apt-get', 'install', '-y', '--no-install-recommends', 'coturn'],
  ] as const;
  for (const step of steps) {
    const { code, output } = await run(step, { env });
    if (code !== 0) return { ok: false, said: `coturn could not be installed\n${output}` };
  }
  return (await isThere())
    ? { ok: true, said: 'installed coturn by apt-get' }
    : { ok: false, said: 'coturn was installed, but no turnserver was found' };
}

const isThere = async (): Promise<boolean> => (await run(['turnserver', '--version'])).code === 0;

function isDebian(): boolean {
  const file = '/etc/os-release';
  return existsSync(file) && /^ID(_LIKE)?="?.*debian/m.test(readFileSync(file, 'utf8'));
}
