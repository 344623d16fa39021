import type { Locator } from '@playwright/test';
import { IN_FULL } from '../../scripts/full-run.ts';
import { contacts } from './call.ts';
import { expect, test } from './people.ts';
import type { Networked, Scene } from './scene.ts';

/** What the connection doctor says of networks as they are. */

const RUN_MS = 120_000;

/** Two relays: one STUN server alone cannot tell a symmetric NAT. Everybody is on both. */
async function twoRelays(scene: Scene) {
  const first = await scene.relay(0);
  const second = await scene.relay(1, { knows: [first] });
  return [first, second] as const;
}

/** Runs the doctor, also about a call with somebody if given. Resolves to its lines, by their titles. */
async function examined(person: Networked, other?: Networked): Promise<(title: string) => Locator> {
  await person.goTo('Settings');
  if (other) await person.page.getByLabel('Also check a call with').selectOption(other.name);
  await person.page.getByRole('button', { name: 'Check connection' }).click();
  await expect(person.page.getByRole('button', { name: 'Copy report' })).toBeVisible({
    timeout: RUN_MS,
  });
  const checks = person.page.getByRole('list', { name: 'Checks' });
  const startsWith = (title: string) => new RegExp(`^\\s*${RegExp.escape(title)}`);
  return (title) => checks.getByRole('listitem').filter({ hasText: startsWith(title) });
}

test(
  'people on the open internet: no NAT, and a call goes directly',
  IN_FULL,
  async ({ scene }) => {
    await twoRelays(scene);
    const [alice, bob] = await contacts(scene, { nat: 'none' }, { nat: 'none' });
    for (const one of [alice, bob]) await one.reachableThrough(2);
    const line = await examined(alice, bob);
    for (const transport of ['UDP', 'TCP', 'TLS'])
      await expect(line(`Relayed calls over ${transport}`)).toContainText('Works');
    await expect(line('Voice packets (UDP)')).toContainText('Works');
    await expect(line('Your address as others see it')).toContainText(alice.machine.publicAddress);
    await expect(line('Type of router')).toContainText('None');
    await expect(line('A call with Bob')).toContainText('Direct, from device to device.');
  },
);

test(
  'both behind symmetric NATs: the call is relayed, and no direct one is promised',
  IN_FULL,
  async ({ scene }) => {
    await twoRelays(scene);
    const [alice, bob] = await contacts(scene, { nat: 'symmetric' }, { nat: 'symmetric' });
    for (const one of [alice, bob]) await one.reachableThrough(2);
    const line = await examined(alice, bob);
    await expect(line('Voice packets (UDP)')).toContainText('Works');
    await expect(line('Type of router')).toContainText('Strict (symmetric)');
    await expect(line('A call with Bob')).toContainText(/Via relay Server [01]\./);
  },
);

test(
  'where UDP is blocked and a relay has died: what does not work is told, and what does',
  IN_FULL,
  async ({ scene }) => {
    const [, second] = await twoRelays(scene);
    const [alice, bob] = await contacts(scene, { nat: 'udp-blocked' }, {});
    for (const one of [alice, bob]) await one.reachableThrough(2);
    await second.vanish();
    const line = await examined(alice, bob);
    await expect(line('Relay Server 0')).toContainText('Works');
    await expect(line('Relay Server 1')).toContainText('Doesn’t work');
    await expect(line('Voice packets (UDP)')).toContainText('Doesn’t work');
    await expect(line('Relayed calls over UDP')).toContainText('Doesn’t work');
    await expect(line('Relayed calls over TLS')).toContainText('Works');
    await expect(line('Type of router')).toContainText('No voice packets get out');
    await expect(line('A call with Bob')).toContainText('Via relay Server 0.');
  },
);

test(
  'the echo comes back through TURN, and is as late as the network makes it',
  IN_FULL,
  async ({ scene }) => {
    const roundTripMs = 300;
    const { page } = await scene.person('Alice', { voice: 'high', roundTripMs });
    await page.goto('/settings');
    await page.getByRole('button', { name: 'Start echo test' }).click();
    await expect(page.getByText('Your voice is coming back.')).toBeVisible({ timeout: 60_000 });
    const delay = page.getByText(/Delay \d+/);
    await expect(delay).toBeVisible({ timeout: 30_000 });
    const [, ms = '0'] = /Delay ([\d,]+)/.exec((await delay.textContent()) ?? '') ?? [];
    expect(Number(ms.replace(',', ''))).toBeGreaterThanOrEqual(roundTripMs);
  },
);
