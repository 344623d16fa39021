import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { chromium as playwright } from 'playwright';
import { run } from './command.ts';

/** Where Linux distributions put it. */
const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** Chromium refuses its sandbox to root (containers, CI). */
const AS_ROOT = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** Arguments under which tests run: no graphics card, no traffic of the browser's own, no throttled pages. */
const CHROMIUM_ARGS: readonly string[] = [
  ...AS_ROOT,
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
];

/** Arguments for a microphone without hardware, granted without asking. */
export const FAKE_MICROPHONE_ARGS: readonly string[] = [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

/** An installed Chromium: `WOXLY_CHROMIUM`, the usual places, then Playwright's own. */
function findChromium(): string | undefined {
  const chosen = process.env['WOXLY_CHROMIUM'];
  return (chosen ? [chosen] : [...USUAL_PLACES, playwright.executablePath()]).find(isChromium);
}

/** How to launch a browser for tests. Without an installed Chromium, Playwright's own error says what to do. */
export function chromiumLaunch(extraArgs: readonly string[] = []): {
  executablePath?: string;
  args: string[];
} {
  const executablePath = findChromium();
  return {
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [...CHROMIUM_ARGS, ...extraArgs],
  };
}

/** Makes sure that there is a Chromium, and says in one line what that took. */
export async function ensureChromium(): Promise<{ readonly ok: boolean; readonly said: string }> {
  const found = findChromium();
  if (found !== undefined) return { ok: true, said: `found ${found}` };
  if (process.env['WOXLY_CHROMIUM']) return { ok: false, said: 'WOXLY_CHROMIUM names no browser' };
  const failures: string[] = [];
  for (const [how, ...steps] of waysToInstall()) {
    let failed: string | undefined;
    for (const step of steps) {
      const { code, output } = await run(step, { env: { DEBIAN_FRONTEND: 'noninteractive' } });
      if (code !== 0) failed = output;
      if (failed !== undefined) break;
    }
    const installed = findChromium();
    if (installed !== undefined) return { ok: true, said: `installed ${installed} by ${how}` };
    failures.push(`${how}: ${failed ?? 'it reported success, but no Chromium was found'}`);
  }
  return { ok: false, said: `no Chromium could be installed\n${failures.join('\n')}` };
}

type Way = readonly [how: string, ...steps: (readonly [string, ...string[]])[]];

function waysToInstall(): readonly Way[] {
  const root = process.getuid?.() === 0;
  const own: Way = root
    ? ['Playwright', ['playwright', 'install', '--with-deps', 'chromium']]
    : ['Playwright', ['playwright', 'install', 'chromium']];
  // Ubuntu's package of that name only points at a snap, which containers cannot run.
  if (!root || linuxDistribution() !== 'debian') return [own];
  return [['apt-get', ['apt-get', 'update'], ['apt-get', 'install', '-y', 'chromium']], own];
}

/** The `ID` of `/etc/os-release`, `debian` for one. */
export function linuxDistribution(): string | undefined {
  if (!existsSync('/etc/os-release')) return undefined;
  return /^ID="?([a-z]+)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
}

function isChromium(path: string): boolean {
  if (!existsSync(path)) return false;
  const start = Buffer.alloc(1024);
  const file = openSync(path, 'r');
  readSync(file, start);
  closeSync(file);
  // Ubuntu's placeholder is a short shell script that tells to install the snap.
  return !start.includes('snap install');
}
