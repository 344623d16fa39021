import { expect, test, vi } from 'vitest';
import { GATES } from './gates.ts';
import { oneCheck, required } from './outcome.ts';

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
  const outcome = await gate?.check();
  expect(outcome).toMatchObject({ passed: 0, failed: 0, skipped: 1, note });
  expect(outcome && required(outcome), 'where it must be').toMatchObject({
    passed: 0,
    failed: 1,
    skipped: 0,
    output: `WOXLY_REQUIRE names it, but it was ${note}\n`,
  });
});

test('a gate that was checked stands as it is where it is required', () => {
  const checked = oneCheck(true, 'fine');
  expect(required(checked)).toBe(checked);
  const inPart = { passed: 3, failed: 0, skipped: 2, output: '' };
  expect(required(inPart)).toBe(inPart);
});
