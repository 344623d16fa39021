import { expect, test } from './people.ts';
import { IN_FULL } from '../scripts/full-run.ts';
import type { Person } from './person.ts';

const hideAddress = ({ page }: Person) => page.getByRole('switch', { name: 'Hide my IP address' });

/** From now on every write ends as on a full disk. */
const fillDisk = ({ page }: Person) =>
  page.evaluate(() => {
    IDBTransaction.prototype.commit = function () {
      const full = new DOMException('no room', 'QuotaExceededError');
      Object.defineProperty(this, 'error', { get: () => full });
      this.abort();
    };
  });

test('a privacy switch that was not kept goes back, says why, and the next call acts as it shows', async ({
  contacts: [alice, bob],
}) => {
  await fillDisk(alice);
  await alice.goTo('Settings');
  await hideAddress(alice).click();
  await expect(alice.page.getByRole('alert')).toContainText('out of space');
  await expect(hideAddress(alice)).not.toBeChecked();
  await alice.goTo('Contacts');
  await alice.call(bob);
  await bob.accept();
  await alice.sees('Connected');
  const voices = await alice.voiceConnections();
  expect(voices.map(({ policy }) => policy)).toEqual(['all']);
});

test('a database connection that the browser closed without a word is made anew', async ({
  person,
}) => {
  const alice = await person('Alice');
  await alice.context.addInitScript(() => {
    const open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (...given) {
      const request = open.apply(this, given);
      addEventListener('lose-connection', () => request.result.close());
      return request;
    };
  });
  await alice.page.reload();
  await alice.reachable();
  await alice.page.evaluate(() => dispatchEvent(new Event('lose-connection')));
  await alice.goTo('Settings');
  await hideAddress(alice).click();
  await alice.page.getByRole('textbox', { name: 'Your name' }).fill('Alice B');
  await alice.page.getByRole('button', { name: 'Save' }).click();
  await expect(alice.page.getByText('Name saved')).toBeVisible();
  await expect(alice.page.getByRole('alert')).toHaveCount(0);
  await alice.page.reload();
  await expect(hideAddress(alice)).toBeChecked();
  await expect(alice.page.getByRole('textbox', { name: 'Your name' })).toHaveValue('Alice B');
});

/** Puts something else in the place of a row of the database. */
const damage = ({ page }: Person, store: string, row: string) =>
  page.evaluate(
    ([inStore, name]) =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open('woxly');
        request.onerror = () => reject(new Error('it does not open'));
        request.onsuccess = () => {
          const transaction = request.result.transaction(inStore, 'readwrite');
          transaction.objectStore(inStore).put('rubbish', name);
          transaction.oncomplete = () => {
            request.result.close();
            resolve();
          };
        };
      }),
    [store, row] as const,
  );

test('keys that cannot be read: it is said, and the words bring the same key back', async ({
  person,
}) => {
  const alice = await person('Alice');
  const [key, words] = [await alice.key(), await alice.recoveryWords()];
  await damage(alice, 'keys', 'own');
  await alice.page.goto('/');
  await expect(alice.page.getByRole('heading', { name: 'Your key can’t be read' })).toBeVisible();
  await expect(alice.page.getByRole('button', { name: 'Start', exact: true })).toHaveCount(0);
  await alice.page.getByRole('button', { name: 'Enter recovery words' }).click();
  await alice.page.getByRole('textbox', { name: 'Recovery words' }).fill(words);
  await alice.page.getByRole('button', { name: 'Restore' }).click();
  await alice.reachable();
  expect(await alice.key()).toBe(key);
});

test(
  'a profile that cannot be read: the key stays, and only the name is asked for',
  IN_FULL,
  async ({ person }) => {
    const alice = await person('Alice');
    const key = await alice.key();
    await damage(alice, 'values', 'profile');
    await alice.page.reload();
    await expect(alice.page.getByRole('heading', { name: 'What’s your name?' })).toBeVisible();
    await alice.page.getByRole('textbox', { name: 'Your name' }).fill('Alice again');
    await alice.page.getByRole('button', { name: 'Start', exact: true }).click();
    await alice.reachable();
    expect(await alice.key()).toBe(key);
  },
);

test(
  'a browser that never opens what is stored: what is waited for is said',
  IN_FULL,
  async ({ person }) => {
    const alice = await person('Alice');
    await alice.context.addInitScript(() => {
      const open = IDBFactory.prototype.open;
      IDBFactory.prototype.open = function () {
        const request = open.call(this, 'another');
        request.addEventListener = () => undefined;
        return request;
      };
    });
    await alice.page.reload();
    await expect(alice.page.getByText('Your browser isn’t opening your data.')).toBeVisible({
      timeout: 30_000,
    });
    await expect(alice.page.getByRole('button', { name: 'Reload' })).toBeVisible();
  },
);
