import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS } from '#lib/testing/fake-people.ts';
import { describedRelay } from '#lib/testing/relay-descriptors.ts';
import { answerLookups } from '#lib/testing/relay-services.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import AudioSettingsDialog from '#lib/ui/call/AudioSettingsDialog.svelte';
import Toaster from '#lib/ui/shell/Toaster.svelte';
import SettingsScreen from './SettingsScreen.svelte';

const SAID = 'out of space';

/** The settings of somebody on whose device there is no room, with the place where things are said in passing. */
async function start() {
  const world = await WoxlyWorld.begin();
  const olga = await world.person('Olga', {
    contacts: [contactOf(KEYS.boris, 'Boris', { trust: 'blocked' })],
  });
  olga.browser.microphones.change([{ id: 'usb', label: 'USB microphone' }]);
  const app = new AppState(olga.app);
  await render(Toaster, { toasts: app.toasts });
  const screen = await render(SettingsScreen, { app, version: '0.1.0' });
  olga.browser.failToStore();
  /** Something was asked for; why it did not come about is said once, and goes when it is dismissed. */
  const expectSaid = async () => {
    await expect.element(screen.getByRole('alert')).toMatchTextContent(SAID);
    for (const { id } of app.toasts.shown) app.toasts.dismiss(id);
  };
  return { world, olga, app, screen, expectSaid };
}

test('every switch goes back to what is so, and why is said', async () => {
  const { screen, expectSaid } = await start();
  const switches = [
    ['Hide my IP address', false],
    ['Allow calls from people I don’t know', true],
    ['Show when I’m online', true],
    ['Data saver', false],
  ] as const;
  for (const [name, kept] of switches) {
    const control = screen.getByRole('switch', { name });
    await control.click();
    await expectSaid();
    await expect.poll(() => (control.element() as HTMLInputElement).checked).toBe(kept);
  }
});

test('the data saver of a call goes back as well', async () => {
  const { app, expectSaid } = await start();
  const dialog = await render(AudioSettingsDialog, { app, onClose: () => undefined });
  const control = dialog.getByRole('dialog').getByRole('switch', { name: 'Data saver' });
  await control.click();
  await expectSaid();
  await expect.poll(() => (control.element() as HTMLInputElement).checked).toBe(false);
});

test('a switch that was pressed often ends where things stand', async () => {
  const { app, olga, screen } = await start();
  const control = screen.getByRole('switch', { name: 'Hide my IP address' });
  for (let press = 0; press < 3; press += 1) await control.click();
  await expect.poll(() => (control.element() as HTMLInputElement).checked).toBe(false);
  expect(app.toasts.shown).toHaveLength(1);
  expect(olga.app.settings.current.hideAddress).toBe(false);
  await expectAccessible('component');
});

test('a list and a slider go back as well', async () => {
  const { screen, expectSaid } = await start();
  const microphone = screen.getByRole('combobox', { name: 'Microphone' });
  await microphone.selectOptions('USB microphone');
  await expectSaid();
  await expect.element(microphone).toHaveValue('');
  const volume = screen.getByRole('slider', { name: 'Ring volume' });
  await volume.fill('0.2');
  await expectSaid();
  await expect.poll(() => (volume.element() as HTMLInputElement).valueAsNumber).toBe(0.8);
});

test('a blocked person and relays stay as they were, and why is said', async () => {
  const { world, olga, screen, expectSaid } = await start();
  await screen.getByRole('button', { name: 'Unblock Boris' }).click();
  await expectSaid();
  await expect.element(screen.getByRole('button', { name: 'Unblock Boris' })).toBeVisible();

  const [page = expect.fail('no relay')] = world.relays;
  await screen.getByRole('button', { name: /^More about relay Operator 100/ }).click();
  await screen.getByRole('menuitemcheckbox').click();
  await expectSaid();
  await screen.getByRole('button', { name: /^More about relay Operator 100/ }).click();
  await screen.getByRole('menuitem', { name: 'Remove' }).click();
  const question = screen.getByRole('alertdialog', { name: /^Remove relay/ });
  await question.getByRole('button', { name: 'Remove' }).click();
  await expectSaid();

  const mine = await describedRelay(200, 'mine.example');
  olga.browser.relayList.web.set('https://relay.example', { addresses: [mine.address] });
  answerLookups(world.network.relay(mine.address));
  await screen.getByRole('textbox', { name: 'Relay address' }).fill('relay.example');
  await screen.getByRole('button', { name: 'Add relay' }).click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent(SAID);
  await expect.element(screen.getByRole('button', { name: 'Add relay' })).toBeEnabled();
  expect(olga.app.reachability.relays).toMatchObject([{ address: page.address, preferred: false }]);
});

test('the name and the words stay as they were, and why is said', async () => {
  const { olga, screen, expectSaid } = await start();
  await screen.getByRole('textbox', { name: 'Your name' }).fill('Olga K.');
  await screen.getByRole('button', { name: 'Save' }).click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent(SAID);
  expect(olga.name).toBe('Olga');
  await screen.getByRole('textbox', { name: 'Your name' }).fill('Olga');

  await screen.getByRole('button', { name: 'Show recovery words' }).click();
  const written = (await olga.app.identity.recoveryWords()) ?? [];
  await screen.getByRole('button', { name: 'I’ve written them down' }).click();
  for (const number of [3, 7, 11]) {
    const field = screen.getByRole('textbox', { name: `Word number ${number}` });
    await field.fill(written[number - 1] ?? '');
  }
  await screen.getByRole('button', { name: 'Confirm' }).click();
  await expectSaid();
  await expect.element(screen.getByRole('button', { name: 'Confirm' })).toBeVisible();
  expect(olga.app.identity.profile?.wordsConfirmed).toBe(false);
});
