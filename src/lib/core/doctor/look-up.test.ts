import { expect, test } from 'vitest';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { Way } from '#lib/ports/peer-network.ts';
import { FakeClock, settled } from '#lib/testing/fake-clock.ts';
import type { ReachFailure } from '../call/reach-port.ts';
import { lookUpForDoctor } from './look-up.ts';

const KEY = '12D3KooWSomebody' as IdentityKey;

/** Looks for somebody to whom channels go in these ways, one after the other. */
function looking(ways: readonly (Way | ReachFailure)[]) {
  const clock = new FakeClock();
  const over = new AbortController();
  let opened = 0;
  let closed = 0;
  const reach = () => {
    const way = ways[opened];
    opened += 1;
    if (way === 'offline' || way === 'not-found' || way === 'not-reachable')
      return Promise.reject(new WoxlyError<ReachFailure>(way));
    return Promise.resolve({
      device: 'device' as DeviceKey,
      way: () => Promise.resolve(way),
      send: () => undefined,
      listen: () => undefined,
      close: () => (closed += 1),
    });
  };
  const lookUp = lookUpForDoctor(
    clock,
    { get: () => undefined },
    Promise.resolve({ reach: { reach } }),
  );
  const found = lookUp(KEY, over.signal);
  return {
    ...{ clock, over, found },
    get left() {
      return opened - closed;
    },
    get opened() {
      return opened;
    },
  };
}

test.each([
  [['direct'], 'direct'],
  [['circuit', 'direct'], 'direct'],
  [['turn', 'direct'], 'direct'],
  [['circuit', 'turn'], 'relayed'],
  [['circuit', 'circuit'], 'there'],
  [['circuit', 'not-reachable'], 'there'],
  [['not-found'], 'not-found'],
  [['offline'], 'offline'],
] as const)('channels that go by %s: %s', async (ways, where) => {
  const look = looking(ways);
  await settled();
  await look.clock.advance(2_000);
  expect(await look.found).toBe(where);
  expect(look.clock.waiting).toBe(0);
  expect(look.opened).toBe(ways.length);
  if (where === 'direct' || where === 'relayed') expect(look.left).toBe(0);
});

test('nothing waits any more once it is given up', async () => {
  const look = looking(['circuit', 'circuit']);
  await settled();
  look.over.abort();
  await look.found;
  expect(look.clock.waiting).toBe(0);
});
