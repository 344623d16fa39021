import { expect, test } from 'vitest';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { Way } from '#lib/ports/peer-network.ts';
import { FakeClock, settled } from '#lib/testing/fake-clock.ts';
import type { ReachFailure } from '../reach/reach-port.ts';
import { lookUpForDoctor } from './look-up.ts';

const KEY = '12D3KooWSomebody' as IdentityKey;

/** Looks for somebody to whom a channel goes in these ways, look by look, the last one for good. */
function looking(ways: readonly (Way | undefined)[], failure?: ReachFailure) {
  const clock = new FakeClock();
  const over = new AbortController();
  let looks = 0;
  let closed = false;
  const channel = {
    device: 'device' as DeviceKey,
    way: () => Promise.resolve(ways[Math.min(looks++, ways.length - 1)]),
    send: () => undefined,
    listen: () => undefined,
    close: () => void (closed = true),
  };
  const first = () =>
    failure ? Promise.reject(new WoxlyError<ReachFailure>(failure)) : Promise.resolve(channel);
  const lookUp = lookUpForDoctor(clock, Promise.resolve({ reach: { first } }));
  return { clock, over, found: lookUp(KEY, over.signal), isClosed: () => closed };
}

test.each([
  [['direct'], 'direct'],
  [['circuit', 'circuit', 'direct'], 'direct'],
  [['circuit', 'turn', 'direct'], 'direct'],
  [['circuit', undefined, 'turn'], 'relayed'],
  [['circuit'], 'there'],
  [[undefined], 'there'],
] as const)('a channel that goes by %s: %s', async (ways, where) => {
  const look = looking(ways);
  await settled();
  await look.clock.advance(6_000);
  expect(await look.found).toBe(where);
  expect(look.clock.waiting).toBe(0);
  expect(look.isClosed()).toBe(true);
});

test.each(['not-found', 'not-reachable', 'offline'] as const)('somebody %s', async (failure) => {
  expect(await looking([], failure).found).toBe(failure);
});

test('nothing waits any more once it is given up', async () => {
  const look = looking(['circuit']);
  await settled();
  look.over.abort();
  await look.found;
  expect(look.clock.waiting).toBe(0);
  expect(look.isClosed()).toBe(true);
});
