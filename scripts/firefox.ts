import { existsSync } from 'node:fs';
import { linuxDistribution } from './chromium.ts';
import { run } from './command.ts';

/** Where Linux distributions put it; Debian's own package, which is tested with, first. */
const USUAL_PLACES = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];

/** An installed Firefox: `WOXLY_FIREFOX`, then the usual places. */
export function findFirefox(): string | undefined {
  const chosen = process.env['WOXLY_FIREFOX'];
  return (chosen ? [chosen] : USUAL_PLACES).find(existsSync);
}

/** Makes sure that there is a Firefox, and says in one line what that took. */
export async function ensureFirefox(): Promise<{ readonly ok: boolean; readonly said: string }> {
  const found = findFirefox();
  if (found !== undefined) return { ok: true, said: `found ${found}` };
  if (process.env['WOXLY_FIREFOX']) return { ok: false, said: 'WOXLY_FIREFOX names no browser' };
  if (process.getuid?.() !== 0 || linuxDistribution() !== 'debian') {
    return { ok: false, said: 'Firefox is not installed, and only Debian has it as a package' };
  }
  const steps = [
    ['apt-get', 'update'],
    ['apt-get', 'install', '-y', '--no-install-recommends', 'firefox-esr'],
  ] as const;
  for (const step of steps) {
    const { code, output } = await run(step, { env: { DEBIAN_FRONTEND: 'noninteractive' } });
    if (code !== 0) return { ok: false, said: `firefox-esr could not be installed\n${output}` };
  }
  const installed = findFirefox();
  return installed === undefined
    ? { ok: false, said: 'firefox-esr was installed, but no Firefox was found' }
    : { ok: true, said: `installed ${installed} by apt-get` };
}
