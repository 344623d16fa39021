import type { CDPSession, Page } from '@playwright/test';
import { FULL, IN_FULL } from '../scripts/full-run.ts';
import { layoutFaults } from './layout-faults.ts';
import { expect, test } from './people.ts';
import type { Person } from './person.ts';

/** The longest name there is, nearly: 52 letters without a place to break. */
const LONG_NAME = 'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwa';

/** Letters as browsers have them, and twice as large (WCAG 1.4.4), px. */
const LETTERS = 16;
const LARGE_LETTERS = 32;

/**
 * Small and common phones, upright and on the side, and a computer; where they differ most with large letters as well.
 * A page notices other letters only with another size.
 */
const EXTREMES = [
  [320, 568, LETTERS],
  [390, 844, LARGE_LETTERS],
  [844, 390, LETTERS],
  [1280, 800, LARGE_LETTERS],
  [320, 568, LARGE_LETTERS],
] as const;
const BETWEEN = [
  [360, 640, LETTERS],
  [844, 390, LARGE_LETTERS],
  [375, 667, LETTERS],
  [390, 664, LETTERS],
  [390, 844, LETTERS],
  [1280, 800, LETTERS],
] as const;
const SCREENS = FULL ? [...EXTREMES, ...BETWEEN] : EXTREMES;

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Looks at a screen at every size, with ordinary and with large letters. */
async function looksRight(
  who: Person,
  what: string,
  atOnce: readonly string[] = [],
): Promise<void> {
  const { page } = who;
  const session = await page.context().newCDPSession(page);
  await test.step(what, async () => {
    for (const [width, height, letters] of SCREENS) {
      await letterSize(session, letters);
      await screenSize(session, width, height);
      const at = `${what}, ${width}×${height}, letters of ${letters} px`;
      await fits(page, at, atOnce);
    }
  });
  await letterSize(session, LETTERS);
  await session.send('Emulation.clearDeviceMetricsOverride');
  await session.detach();
  // The size that Playwright knows would be passed over as one that is there already.
  await page.setViewportSize({ width: 1279, height: 800 });
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** `atOnce` names the buttons that have to be there without scrolling. */
async function fits(page: Page, at: string, atOnce: readonly string[]): Promise<void> {
  // A page takes a moment to follow its screen; a fault stays.
  const faults = () => page.evaluate(layoutFaults, atOnce);
  await expect.soft(async () => expect(await faults(), at).toEqual([])).toPass({ timeout: 3_000 });
}

/** Quicker than Playwright's own way, which waits for the window as well. */
async function screenSize(session: CDPSession, width: number, height: number): Promise<void> {
  const screen = { width, height, deviceScaleFactor: 1, mobile: false };
  await session.send('Emulation.setDeviceMetricsOverride', screen);
}

/** As the browser's own setting: `rem` and the widths in style sheets follow it. */
async function letterSize(session: CDPSession, standard: number): Promise<void> {
  await session.send('Page.setFontSizes', { fontSizes: { standard, fixed: standard } });
}

/** Opens a dialog, looks at it, and closes it. */
async function dialogLooksRight(who: Person, name: string, press = name): Promise<void> {
  await button(who.page, press).first().click();
  const dialog = who.page.getByRole('dialog', { name });
  await expect(dialog).toBeVisible();
  await expect(dialog.getByText('…')).toHaveCount(0);
  await looksRight(who, name);
  await who.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
}

const still = { context: { reducedMotion: 'reduce' } } as const;

test.describe.configure({ timeout: 240_000 });

test('first visits and pages fit every screen', async ({ person }) => {
  const [guest, host] = await Promise.all([
    person(LONG_NAME, { arrive: 'opened', ...still }),
    person(`${LONG_NAME.slice(0, -2)}xx`, still),
  ]);
  const { page } = guest;
  await looksRight(guest, 'welcome');
  await button(page, 'Restore from recovery words').click();
  await looksRight(guest, 'restore');
  await button(page, 'Back').click();
  const link = await host.inviteLink();
  await page.goto(new URL(link).pathname + new URL(link).hash);
  await expect(page.getByText('has invited you')).toBeVisible();
  await looksRight(guest, 'invited welcome');
  await guest.start();
  await expect(page.getByRole('dialog', { name: /^Add or call/ })).toBeVisible();
  await looksRight(guest, 'invited');
  await page.keyboard.press('Escape');
  await guest.reachable();
  await looksRight(guest, 'no contacts');
  await dialogLooksRight(guest, 'My key');
  await dialogLooksRight(guest, 'Add contact');
  await dialogLooksRight(guest, 'Call a key');
  await guest.add(host);
  // What was said in passing lies over the page for a moment.
  await expect(page.getByText('added to your contacts')).toBeHidden();
  await looksRight(guest, 'contacts');
  await button(page, `More about ${host.name}`).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await looksRight(guest, 'rename');
  await page.keyboard.press('Escape');
  await guest.contact(host.name).getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1, name: host.name })).toBeVisible();
  await looksRight(guest, 'person');
  await dialogLooksRight(guest, 'Safety words');
  await guest.goTo('Messages');
  await looksRight(guest, 'messages');
  await guest.goTo('Calls');
  await looksRight(guest, 'no calls');
  await guest.goTo('Settings');
  await button(page, 'Check connection').click();
  await button(page, 'Show recovery words').click();
  await expect(page.getByText('Copy report')).toBeVisible({ timeout: 30_000 });
  await looksRight(guest, 'settings');
});

const ANSWERS = ['Accept', 'Decline'] as const;
const CONTROLS = ['Hang up', 'Mute', 'Audio settings', 'Call details', 'Safety words'] as const;

test('calls fit every screen', async ({ person }) => {
  const [caller, callee] = await Promise.all([
    person(LONG_NAME, still),
    person(`${LONG_NAME.slice(0, -2)}xx`, still),
  ]);
  await caller.callKey(await callee.key());
  await caller.sees('Ringing');
  await looksRight(caller, 'outgoing call', CONTROLS);
  await expect(callee.incoming()).toBeVisible();
  await looksRight(callee, 'a stranger rings', ANSWERS);
  await sideBySide(callee.page);
  await button(callee.page, 'Decline with message').click();
  await looksRight(callee, 'a stranger rings, and gets a note', ANSWERS);
  await callee.accept();
  await caller.sees('Connected');
  await caller.mute();
  await expect(callee.callRegion()).toContainText('muted their microphone');
  await looksRight(callee, 'live call with a notice', CONTROLS);
  for (const name of ['Call details', 'Audio settings', 'Safety words']) {
    await dialogLooksRight(callee, name);
  }
  await callee.goTo('Settings');
  await fits(callee.page, 'live call beside the settings', CONTROLS);
  await caller.hangUp();
  await callee.sees('Ended');
  await looksRight(callee, 'ended call', ['Close']);
  await callee.dismiss();
  await callee.goTo('Calls');
  await looksRight(callee, 'calls');
});

test('in Russian, whose words are longer, no button is lost', IN_FULL, async ({ person }) => {
  const [caller, callee] = await Promise.all([person(LONG_NAME, still), person('Ольга', still)]);
  const { page } = callee;
  const key = await callee.key();
  await callee.goTo('Settings');
  await page.getByText('Русский').click();
  await caller.callKey(key);
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await looksRight(callee, 'звонит незнакомец', ['Ответить', 'Отклонить']);
  await button(page, 'Ответить').click();
  await caller.sees('Connected');
  const controls = ['Завершить', 'Выключить микрофон', 'Настройки звука', 'Сведения о звонке'];
  await looksRight(callee, 'разговор', [...controls, 'Слова для сверки']);
});

/** Accept and Decline are of one row at every size, Accept on the right. */
async function sideBySide(page: Page): Promise<void> {
  for (const [width, height] of SCREENS) {
    await page.setViewportSize({ width, height });
    // Measured in turn while the page takes its new size, two buttons can seem to be of two rows.
    await expect(async () => {
      const accept = await button(page, 'Accept').boundingBox();
      const decline = await button(page, 'Decline').boundingBox();
      expect(accept?.y).toBe(decline?.y);
      expect(accept?.x).toBeGreaterThan(decline?.x ?? Infinity);
    }, `${width}×${height}`).toPass({ timeout: 5_000 });
  }
}
