import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { launch } from 'puppeteer-core';
import type { Browser } from 'puppeteer-core';
import { findFirefox } from '../../scripts/firefox.ts';

/** A microphone without hardware, granted without asking; calls within this machine; no traffic of its own. */
const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'intl.accept_languages': 'en-US',
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'app.update.enabled': false,
  'browser.safebrowsing.update.enabled': false,
  'toolkit.telemetry.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'services.settings.server': 'http://127.0.0.1:9/',
  'browser.region.network.url': '',
  'extensions.update.enabled': false,
};

/** How long the sound server may take until its socket is there, in looks that are so far apart, ms. */
const SOUND_LOOKS = 50;
const SOUND_LOOK_MS = 100;

export interface Firefox {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** Firefox over WebDriver BiDi, with a sound device of its own where this machine has one to give. */
export async function startFirefox(): Promise<Firefox> {
  const executablePath = findFirefox();
  if (executablePath === undefined) throw new Error('No Firefox is installed.');
  const sound = await startSound();
  const browser = await launch({
    browser: 'firefox',
    executablePath,
    extraPrefsFirefox: PREFERENCES,
    defaultViewport: { width: 1280, height: 800 },
    ...(sound && { env: { ...process.env, PULSE_SERVER: sound.server } }),
  });
  return {
    browser,
    async close() {
      await browser.close();
      await sound?.stop();
    },
  };
}

interface Sound {
  /** As `PULSE_SERVER` has it. */
  readonly server: string;
  stop(): Promise<void>;
}

/** A sound server that plays to nobody. Without one calls go all the same, and level bars stay at nothing. */
async function startSound(): Promise<Sound | undefined> {
  if (!existsSync('/usr/bin/pulseaudio')) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'woxly-sound-'));
  const socket = join(folder, 'native');
  const modules = [
    'module-null-sink',
    `module-native-protocol-unix auth-anonymous=1 socket=${socket}`,
  ];
  const server = spawn(
    '/usr/bin/pulseaudio',
    ['-n', '--daemonize=no', '--exit-idle-time=-1', ...modules.flatMap((one) => ['-L', one])],
    { stdio: 'ignore', env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder } },
  );
  const stop = async (): Promise<void> => {
    await end(server);
    rmSync(folder, { recursive: true, force: true });
  };
  for (let look = 0; look < SOUND_LOOKS && server.exitCode === null; look += 1) {
    if (existsSync(socket)) return { server: `unix:${socket}`, stop };
    await wait(SOUND_LOOK_MS);
  }
  await stop();
  return undefined;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}
