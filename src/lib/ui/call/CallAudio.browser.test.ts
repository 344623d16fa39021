import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { callProps, callScene } from '#lib/testing/call-scene.ts';
import type { WoxlyBrowser } from '#lib/testing/woxly-world.ts';
import CallScreen from './CallScreen.svelte';

/** A call in a browser with such microphones, with this one chosen. */
async function start(prepare: (browser: WoxlyBrowser) => void, chosen?: string) {
  const { world, olga, alice } = await callScene({ prepare });
  if (chosen !== undefined) await olga.app.settings.change({ microphone: chosen });
  await world.talk(olga, alice);
  document.body.style.background = 'black';
  const screen = await render(CallScreen, callProps(new AppState(olga.app)));
  return { olga, screen };
}

const HEADSET = { id: 'a', label: 'Headset' };

test('audio settings: devices and loudness', async () => {
  const { olga, screen } = await start(({ microphones }) => {
    microphones.choosesSpeakers = false;
    microphones.devices = [{ id: 'desk', label: 'Desk' }, HEADSET];
  });
  const { microphones, stores } = olga.browser;
  expect(microphones.opened.at(-1)?.id).toBeUndefined();
  await screen.getByRole('button', { name: 'Audio settings' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Audio settings' });
  await dialog.getByRole('combobox', { name: 'Microphone' }).selectOptions('Headset');
  await expect.poll(() => microphones.opened.at(-1)?.id).toBe('a');
  expect(olga.browser.paths.last.sending).toBe(microphones.opened.at(-1));
  expect(microphones.recording).toBe(1);
  expect(await stores.settings.load()).toMatchObject({ microphone: 'a' });
  await expect.element(dialog.getByText(/doesn’t let a page choose the speaker/)).toBeVisible();
  const meter = dialog.getByRole('meter', { name: 'Your microphone' });
  await expect.element(meter).toHaveAttribute('aria-valuenow', '70');
  await expectAccessible('component');
  olga.app.calls.setMuted(true);
  await expect.element(meter).toHaveAttribute('aria-valuenow', '0');
});

test.each([
  ['no speaker is there', [HEADSET], true, /offers no speaker/],
  ['not known yet', [{ id: '', label: '' }], true, undefined],
  ['nobody may choose', [{ id: '', label: '' }], false, /doesn’t let a page choose/],
] as const)('of the speaker nothing is said but what is so: %s', async (_, inputs, can, said) => {
  const { screen } = await start(({ microphones }) => {
    microphones.choosesSpeakers = can;
    microphones.devices = inputs;
  });
  await screen.getByRole('button', { name: 'Audio settings' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Audio settings' });
  await expect.element(dialog.getByRole('combobox', { name: 'Microphone' })).toBeVisible();
  if (said === undefined) {
    await expect.element(dialog).not.toMatchTextContent(/speaker/);
  } else await expect.element(dialog.getByText(said)).toBeVisible();
});

test('a microphone that stands in for the chosen one is named', async () => {
  const { screen } = await start(({ microphones }) => {
    microphones.devices = [{ id: 'built-in', label: 'Built-in microphone' }];
  }, 'a');
  const said = /isn’t available, so WOXLY is using \u2068?Built-in microphone/;
  await expect.element(screen.getByText(said)).toBeVisible();
  await expectAccessible('component');
});
