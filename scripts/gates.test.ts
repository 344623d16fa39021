import { expect, test, vi } from 'vitest';
import { GATES } from './gates.ts';

const machine = vi.hoisted(() => ({
  whyNoLab: async () => 'no namespaces here',
  ensureFirefox: async () => ({ ok: false, said: 'firefox-esr could not be installed\nE: no' }),
  ensureTurnserver: async () => ({ ok: false, said: 'coturn could not be installed\nE: no' }),
}));
vi.mock('../e2e/network/lab/why-no-lab.ts', () => ({ whyNoLab: machine.whyNoLab }));
vi.mock('./firefox.ts', () => ({ ensureFirefox: machine.ensureFirefox }));
vi.mock('./turnserver.ts', () => ({ ensureTurnserver: machine.ensureTurnserver }));

test.each([
  ['network', 'skipped: no namespaces here'],
  ['firefox', 'skipped: firefox-esr could not be installed'],
  ['coturn', 'skipped: coturn could not be installed'],
])('where %s cannot be, nothing has passed and nothing has failed', async (name, note) => {
  const gate = GATES.find((one) => one.name === name);
  expect(await gate?.check()).toMatchObject({ passed: 0, failed: 0, skipped: 1, note });
});
