import AxeBuilder from '@axe-core/playwright';
import { IN_FULL } from '../scripts/full-run.ts';
import type { Page } from '@playwright/test';
import { expect, test } from './people.ts';

async function hasNoViolations(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(({ id, nodes }) => ({ id, targets: nodes.map(({ target }) => target) })),
  ).toEqual([]);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`no page or dialog has an axe violation (${colorScheme})`, IN_FULL, async ({ person }) => {
    // A colour on its way to another one has a contrast that lasts for a moment only.
    const context = { colorScheme, reducedMotion: 'reduce' } as const;
    const alice = await person('Alice', { arrive: 'opened', context });
    await hasNoViolations(alice.page);
    await alice.start();
    await alice.reachable();
    const bob = await person('Bob', { context });
    await alice.add(bob);
    for (const place of ['Contacts', 'Calls', 'Messages', 'Settings'] as const) {
      await alice.goTo(place);
      await hasNoViolations(alice.page);
    }
    await alice.goTo('Contacts');
    for (const name of ['My key', 'Add contact', 'Call a key']) {
      await alice.openDialog(name);
      await hasNoViolations(alice.page);
      await alice.page.keyboard.press('Escape');
    }
    await alice.call(bob);
    await expect(bob.incoming()).toBeVisible();
    await hasNoViolations(alice.page);
    await hasNoViolations(bob.page);
    await bob.accept();
    await bob.sees('Connected');
    await hasNoViolations(bob.page);
    await bob.hangUp();
    await alice.sees('Ended');
    await hasNoViolations(alice.page);
  });
}

test('a call from first visit to hang-up without a mouse', async ({ person, friends: [, bob] }) => {
  const key = await bob.key();
  const carol = await person('Carol', { arrive: 'opened' });
  const { keyboard } = carol.page;
  const tabTo = async (name: string | RegExp) => {
    for (let presses = 0; presses < 40; presses += 1) {
      await keyboard.press('Tab');
      const focused = carol.page.locator(':focus');
      const label = await focused.evaluate(
        (element) => element.getAttribute('aria-label') ?? (element as HTMLElement).innerText,
      );
      if (typeof name === 'string' ? label.trim() === name : name.test(label)) return;
    }
    throw new Error(`the keyboard does not come to ${String(name)}`);
  };
  await carol.page.getByRole('textbox', { name: 'Your name' }).focus();
  await keyboard.type('Carol');
  await keyboard.press('Enter');
  await carol.reachable();
  await tabTo('Call a key');
  await keyboard.press('Enter');
  await expect(carol.page.getByRole('dialog').getByRole('textbox')).toBeFocused();
  await keyboard.type(key);
  await keyboard.press('Enter');
  await carol.sees('Ringing');

  await expect(bob.incoming()).toBeVisible();
  // The focus is in the dialog that interrupts: one press answers it.
  for (let presses = 0; presses < 6; presses += 1) {
    if (
      await bob
        .incoming()
        .getByRole('button', { name: 'Accept' })
        .evaluate((b) => b === document.activeElement)
    )
      break;
    await bob.page.keyboard.press('Tab');
  }
  await bob.page.keyboard.press('Enter');
  await carol.sees('Connected');
  await tabTo('Hang up');
  await keyboard.press('Enter');
  await carol.sees('Ended');
});

test('in Russian, from the browser’s language, and switched without a reload', async ({
  person,
}) => {
  const alice = await person('Алиса', { arrive: 'opened', context: { locale: 'ru-RU' } });
  await expect(alice.page.getByRole('heading', { level: 1 })).toContainText('WOXLY');
  await expect(alice.page.locator('html')).toHaveAttribute('lang', 'ru');
  await expect(alice.page.locator('body')).toContainText(/[а-яё]{4}/i);
  await alice.page.getByRole('textbox').first().fill('Алиса');
  await alice.page.keyboard.press('Enter');
  await expect(alice.page.getByRole('navigation').first()).toContainText('Настройки');
  await alice.page.goto('/?lang=en');
  await expect(alice.page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(alice.page.getByRole('navigation', { name: 'Main' })).toContainText('Settings');
});
