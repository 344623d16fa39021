import { expect, test } from 'vitest';
import { costOf, rankRelays } from './rank-relays.ts';
import type { Rankable, Tier } from './rank-relays.ts';

let count = 0;
const relay = (tier: Tier, part: Partial<Rankable> = {}): Rankable & { readonly tier: Tier } => ({
  tier,
  held: false,
  operators: [`network ${(count += 1)}`],
  chance: 0.5,
  ...part,
});

test('by who names them first, however fast the others are', () => {
  const slow = { roundTripMs: 900 };
  const all = [
    relay('invite', { roundTripMs: 1, held: true }),
    relay('directory', { roundTripMs: 1, held: true }),
    relay('page', slow),
    relay('own', slow),
    relay('preferred', slow),
  ];
  expect(rankRelays(all).map(({ tier }) => tier)).toEqual([
    'preferred',
    'own',
    'page',
    'directory',
    'invite',
  ]);
});

test('those in use stay before faster ones; then by round trip and load', () => {
  const used = relay('directory', { roundTripMs: 300, held: true });
  const near = relay('directory', { roundTripMs: 20 });
  const far = relay('directory', { roundTripMs: 200 });
  const full = relay('directory', { roundTripMs: 20, load: 1 });
  expect(rankRelays([full, far, near, used])).toEqual([used, near, far, full]);
});

test('a second relay of an operator comes after others', () => {
  const first = relay('directory', { roundTripMs: 10, operators: ['a', 'name x'] });
  const second = relay('directory', { roundTripMs: 20, operators: ['b', 'name x'] });
  const other = relay('directory', { roundTripMs: 300 });
  expect(rankRelays([second, first, other])).toEqual([first, other, second]);
});

test('a load counts from where a relay may fill up', () => {
  expect(costOf({ roundTripMs: 50, load: 0.79 })).toBe(50);
  expect(costOf({ roundTripMs: 50, load: 0.9 })).toBeCloseTo(550);
  expect(costOf({ roundTripMs: 50, load: 1 })).toBe(1050);
});
