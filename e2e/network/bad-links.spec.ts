import { expect } from '@playwright/test';
import { IN_FULL } from '../../scripts/full-run.ts';
import { hears } from '../ear.ts';
import { contacts, talk } from './call.ts';
import { test } from './people.ts';
import type { Networked } from './scene.ts';

/** Calls over links that lose much or carry little: what is sent fits them, and the screens say whose they are. */

/** The browser's estimates and the peer's reports come every few seconds, and one alone proves nothing, ms. */
const NOTICED_MS = 90_000;

async function details(person: Networked, text: RegExp | string): Promise<void> {
  const dialog = await person.openDialog('Call details');
  await expect(dialog).toContainText(text, { timeout: NOTICED_MS });
  await person.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
}

const quality = ({ page }: Networked, cause: string) =>
  page.getByRole('img', { name: new RegExp(`^Call quality: (Fair|Poor): ${cause}$`) });

test(
  'one side loses packets: it sends redundantly, and both screens say whose network it is',
  IN_FULL,
  async ({ scene }) => {
    test.setTimeout(3 * NOTICED_MS);
    const [alice, bob] = await contacts(scene, {}, {});
    await talk(alice, bob);
    await bob.machine.reshape({ up: { lossPercent: 12 } });
    await expect(quality(bob, 'your network')).toBeVisible({ timeout: NOTICED_MS });
    await expect(quality(alice, 'Bob’s network')).toBeVisible({ timeout: NOTICED_MS });
    await details(bob, 'Redundant');
    await details(alice, 'Normal');
    await Promise.all([hears(alice.page), hears(bob.page)]);
  },
);

test(
  'little room: less is sent, the call goes on, and later it is as before',
  IN_FULL,
  async ({ scene }) => {
    test.setTimeout(4 * NOTICED_MS);
    const [alice, bob] = await contacts(scene, {}, {});
    await talk(alice, bob);
    await bob.machine.reshape({ up: { kbps: 45 } });
    await details(bob, /Low/);
    await Promise.all([hears(alice.page), hears(bob.page)]);
    await bob.machine.reshape({ up: { kbps: 0 } });
    await details(bob, 'Normal');
  },
);
