import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { chromium as playwright } from 'playwright';
import { run } from './command.ts';
import { FULL } from './full-run.ts';

/** Where Linux distributions put it. */
const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/**
 * Chromium without windows, tabs and dialogs, which takes less than half of the processor's time for a page. It grants
 * every microphone, and trusts no page that came over http from another machine.
 */
const LIGHT_PLACE = '/usr/bin/chromium-headless-shell';

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

interface Launch {
  readonly executablePath?: string;
  readonly args: string[];
}

/** How to launch the whole browser. Without an installed Chromium, Playwright's own error says what to do. */
export function chromiumLaunch(extraArgs: readonly string[] = []): Launch {
  return launch(findChromium(), extraArgs);
}

/** How to launch a browser for tests that need no more of it than pages: the light one, except in a full run. */
export function lightChromiumLaunch(extraArgs: readonly string[] = []): Launch {
  return isLightUsed()
    ? launch(LIGHT_PLACE, [...extraArgs, ...FAKE_MICROPHONE_ARGS])
    : chromiumLaunch(extraArgs);
}

function isLightUsed(): boolean {
  return !FULL && !process.env['WOXLY_CHROMIUM'] && existsSync(LIGHT_PLACE);
}

function launch(executablePath: string | undefined, extraArgs: readonly string[]): Launch {
  const args = [...CHROMIUM_ARGS, ...extraArgs];
  return executablePath === undefined ? { args } : { executablePath, args };
}

/** Makes sure that there is a Chromium, and says in one line what that took. */
export async function ensureChromium(): Promise<{ readonly ok: boolean; readonly said: string }> {
  const { ok, said } = await ensureWhole();
  if (!ok) return { ok, said };
  if (isAptUsed() && !existsSync(LIGHT_PLACE)) await install(aptInstall('chromium-headless-shell'));
  return { ok, said: isLightUsed() ? `${said}, and ${LIGHT_PLACE}` : said };
}

async function ensureWhole(): Promise<{ readonly ok: boolean; readonly said: string }> {
  const found = findChromium();
  if (found !== undefined) return { ok: true, said: `found ${found}` };
  if (process.env['WOXLY_CHROMIUM']) return { ok: false, said: 'WOXLY_CHROMIUM names no browser' };
  const failures: string[] = [];
  for (const [how, ...steps] of waysToInstall()) {
    const failed = await install(steps);
    const installed = findChromium();
    if (installed !== undefined) return { ok: true, said: `installed ${installed} by ${how}` };
    failures.push(`${how}: ${failed ?? 'it reported success, but no Chromium was found'}`);
  }
  return { ok: false, said: `no Chromium could be installed\n${failures.join('\n')}` };
}

/** What the first step that failed said. */
async function install(steps: readonly Step[]): Promise<string | undefined> {
  for (const step of steps) {
    const { code, output } = await run(step, { env: { DEBIAN_FRONTEND: 'noninteractive' } });
    if (code !== 0) return output;
  }
  return undefined;
}

type Step = readonly [string, ...string[]];
type Way = readonly [how: string, ...steps: Step[]];

function waysToInstall(): readonly Way[] {
  const root = process.getuid?.() === 0;
  const own: Way = root
    ? ['Playwright', ['playwright', 'install', '--with-deps', 'chromium']]
    : ['Playwright', ['playwright', 'install', 'chromium']];
  return isAptUsed() ? [['apt-get', ...aptInstall('chromium')], own] : [own];
}

/** Ubuntu's package `chromium` only points at a snap, which containers cannot run. */
function isAptUsed(): boolean {
  return process.getuid?.() === 0 && linuxDistribution() === 'debian';
}

function aptInstall(name: string): Step[] {
  return [
    ['apt-get', 'update'],
    ['apt-get', 'install', '-y', name],
  ];
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
