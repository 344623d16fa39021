import type { CDPSession, Locator, Page } from '@playwright/test';
import { layoutFaults } from './layout-faults.ts';
import { expect, test } from './people.ts';
import type { Person } from './person.ts';

/** The longest name there is, nearly: 52 letters without a place to break. */
const LONG_NAME = 'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwa';

/** Small and common phones, upright and on the side, and a computer. */
const SCREENS = [
  [320, 568],
  [360, 640],
  [375, 667],
  [390, 664],
  [390, 844],
  [844, 390],
  [1280, 800],
] as const;

/** Letters as browsers have them, and twice as large (WCAG 1.4.4), px. */
const LETTERS = [16, 32] as const;

/** What must be seen on a screen at every size without scrolling. */
type Needed = (page: Page) => readonly Locator[];

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Looks at a screen at every size, with ordinary and with large letters. */
async function looksRight(who: Person, what: string, needed: Needed = () => []): Promise<void> {
  const { page } = who;
  const session = await page.context().newCDPSession(page);
  await test.step(what, async () => {
    for (const [width, height] of SCREENS) {
      await screenSize(session, width, height);
      for (const letters of LETTERS) {
        await letterSize(session, letters);
        const at = `${what}, ${width}×${height}, letters of ${letters} px`;
        for (const one of needed(page)) expect.soft(await whyUnseen(one), at).toBe('');
        expect.soft(await page.evaluate(layoutFaults), at).toEqual([]);
      }
    }
  });
  await letterSize(session, LETTERS[0]);
  await session.send('Emulation.clearDeviceMetricsOverride');
  await session.detach();
  await page.setViewportSize({ width: 1280, height: 800 });
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

/** Why something is not on the screen where a finger can hit it, as it stands; empty if it is. */
async function whyUnseen(one: Locator): Promise<string> {
  return one.evaluate((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const name = element.getAttribute('aria-label') ?? element.textContent;
    const box = [left, top, right, bottom].map(Math.round).join(' ');
    if (left < 0 || top < 0 || right > innerWidth + 1 || bottom > innerHeight + 1) {
      return `${name} is off the screen: ${box}`;
    }
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return hit && (element.contains(hit) || hit.contains(element)) ? '' : `${name} is covered`;
  });
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

test.describe.configure({ timeout: 180_000 });

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
  await looksRight(guest, 'no contacts', (at) => [button(at, 'My key')]);
  await dialogLooksRight(guest, 'My key');
  await dialogLooksRight(guest, 'Add contact');
  await dialogLooksRight(guest, 'Call a key');
  await guest.add(host);
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

const ANSWERS: Needed = (page) => [button(page, 'Accept'), button(page, 'Decline')];
const CONTROLS: Needed = (page) =>
  ['Hang up', 'Mute', 'Audio settings', 'Call details', 'Safety words'].map((name) =>
    button(page, name),
  );

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
  await looksRight(callee, 'live call beside the settings', CONTROLS);
  await caller.hangUp();
  await callee.sees('Ended');
  await looksRight(callee, 'ended call', (page) => [button(page, 'Close')]);
  await callee.dismiss();
  await callee.goTo('Calls');
  await looksRight(callee, 'calls');
});

test('in Russian, whose words are longer, no button is lost', async ({ person }) => {
  const [caller, callee] = await Promise.all([person(LONG_NAME, still), person('Ольга', still)]);
  const { page } = callee;
  const named =
    (...names: readonly string[]): Needed =>
    (at) =>
      names.map((name) => button(at, name));
  const key = await callee.key();
  await callee.goTo('Settings');
  await page.getByText('Русский').click();
  await caller.callKey(key);
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await looksRight(callee, 'звонит незнакомец', named('Ответить', 'Отклонить'));
  await button(page, 'Ответить').click();
  await caller.sees('Connected');
  const controls = ['Завершить', 'Выключить микрофон', 'Настройки звука', 'Сведения о звонке'];
  await looksRight(callee, 'разговор', named(...controls, 'Слова для сверки'));
});

/** Accept and Decline are of one row at every size. */
async function sideBySide(page: Page): Promise<void> {
  for (const [width, height] of SCREENS) {
    await page.setViewportSize({ width, height });
    const [accept, decline] = await Promise.all(
      ANSWERS(page).map(async (one) => one.boundingBox()),
    );
    expect.soft(accept?.y, `${width}×${height}`).toBe(decline?.y);
    expect.soft(accept?.x).toBeGreaterThan(decline?.x ?? Infinity);
  }
}
