import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { chromiumLaunch } from '../../scripts/chromium.ts';
import { speechFile } from '../speech.ts';
import type { Voice } from '../speech.ts';
import { SERVERS } from './lab/addresses.ts';
import type { Machine } from './lab/machine.ts';

/** What a page may do only where it came over https, which the relays of the laboratory do not speak. */
const TRUSTED = SERVERS.map((address) => `http://${address}`).join(',');

/** A browser on a machine of the laboratory, whose microphone carries a voice. */
export function launchOn(machine: Machine, voice: Voice): Promise<Browser> {
  const { executablePath = chromium.executablePath(), args } = chromiumLaunch([
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${speechFile(voice)}`,
    `--unsafely-treat-insecure-origin-as-secure=${TRUSTED}`,
    // TURN over TLS, with certificates that nobody vouches for.
    '--ignore-certificate-errors',
  ]);
  // Playwright speaks to it over inherited pipes: they lead through the wall of the namespace.
  const script = join(mkdtempSync(join(tmpdir(), 'browser-')), 'chromium');
  const line = machine.enter([executablePath]).join(' ');
  writeFileSync(script, `#!/bin/sh\nexec ${line} "$@"\n`, { mode: 0o755 });
  return chromium.launch({ executablePath: script, args });
}
