import { describe, expect, test } from 'vitest';
import { at } from '#lib/testing/machine-play.ts';
import { AWOKEN_MS, CONNECTING_MS, RECONNECTING_MS, RINGING_MS } from '../timing.ts';

const NIGHT_MS = 8 * 60 * 60_000;
const connected = { type: 'path-state', state: 'connected' } as const;
const broken = { type: 'path-state', state: 'broken' } as const;
const woken = { type: 'network-changed', same: true } as const;

describe('a page that slept', () => {
  test.each([
    ['connecting', CONNECTING_MS, 'ended: connection-failed'],
    ['reconnecting', RECONNECTING_MS, 'ended: peer-network-lost'],
  ] as const)('while %s tries again before it gives up', (stage, duration, after) => {
    for (const asleep of [duration - 1_000, duration + 2_000, NIGHT_MS]) {
      expect(at(stage).pass(asleep).tell(connected).stage).toBe('connected');
      const play = at(stage).pass(asleep);
      expect(play.did).toContain('reopen');
      expect(play.wait(AWOKEN_MS - 1).stage).toBe(stage);
      expect(play.pass(1).stage).toBe(after);
    }
  });

  test('tries again whatever comes first', () => {
    const play = at('reconnecting');
    play.now += NIGHT_MS;
    expect(play.tell(woken).pass(0).stage).toBe('reconnecting');
  });

  test('loses none of the time that it still has', () => {
    const [before, asleep] = [5_000, 10_000];
    const play = at('reconnecting').wait(before).pass(asleep);
    expect(play.wait(RECONNECTING_MS - before - asleep - 1).stage).toBe('reconnecting');
    expect(play.pass(1).stage).toBe('ended: peer-network-lost');
  });

  test('in a call that was not broken has as long as any other', () => {
    const play = at('connected').pass(NIGHT_MS).tell(broken);
    expect(play.wait(RECONNECTING_MS - 1).stage).toBe('reconnecting');
  });

  test('has not been waited for by somebody who rang', () => {
    expect(at('ringing').pass(RINGING_MS + AWOKEN_MS).stage).toBe('ended: no-answer');
  });
});
