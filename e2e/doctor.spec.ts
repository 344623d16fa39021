import { spawnSync } from 'node:child_process';
import { IN_FULL } from '../scripts/full-run.ts';
import { expect, test } from './people.ts';

const hasCoturn = spawnSync('turnserver', ['--version']).status === 0;
test.skip(!hasCoturn, 'turnserver (Debian package coturn) is not installed');

test('the connection doctor finds all well beside a relay with TURN', async ({ person }) => {
  const { page } = await person('Alice', { voice: 'high' });
  await page.goto('/settings');
  await page.getByRole('button', { name: 'Check connection' }).click();
  const checks = page.getByRole('list', { name: 'Checks' });
  const check = (title: string) => checks.getByRole('listitem').filter({ hasText: title });
  for (const title of [
    'Microphone',
    'Relay 127.0.0.1',
    'Voice packets (UDP)',
    'Relayed calls over UDP',
    'Relayed calls over TCP',
  ]) {
    await expect(check(title), title).toContainText('Works', { timeout: 60_000 });
  }
  await expect(check('Relayed calls over TLS')).toContainText('Not checked');
});

test(
  'the echo test brings the own voice back through TURN, and says how late',
  IN_FULL,
  async ({ person }) => {
    const { page } = await person('Alice', { voice: 'high' });
    await page.goto('/settings');
    await page.getByRole('button', { name: 'Start echo test' }).click();
    await expect(page.getByText('Your voice is coming back.')).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText(/Delay \d+/)).toBeVisible({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Stop echo test' }).click();
    await expect(page.getByRole('button', { name: 'Start echo test' })).toBeVisible();
  },
);
