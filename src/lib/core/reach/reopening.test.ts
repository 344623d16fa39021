import { beforeEach, expect, test } from 'vitest';
import type { DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import { FakeClock, settled } from '#lib/testing/fake-clock.ts';
import type { ReachOptions } from './reach-port.ts';
import { Reopening } from './reopening.ts';

const DEVICE = 'device p' as DeviceKey;

interface Attempt {
  readonly signal: AbortSignal;
  readonly succeed: () => void;
  readonly fail: () => void;
}
let clock: FakeClock;
let attempts: Attempt[];
let opened: number;
let reach: Reopening;

beforeEach(() => {
  clock = new FakeClock();
  attempts = [];
  opened = 0;
  reach = new Reopening(
    {
      clock,
      random: { bytes: (length) => new Uint8Array(length), unit: () => 0.5 },
      reach: {
        first: (_person: IdentityKey, _protocol: string, { signal }: ReachOptions) =>
          new Promise<FrameChannel>((resolve, reject) => {
            const channel = { device: DEVICE, direct: false, close: () => undefined };
            const other = { send: () => undefined, listen: () => undefined };
            attempts.push({
              signal,
              succeed: () => {
                resolve({ ...channel, ...other });
              },
              fail: () => {
                reject(new WoxlyError('not-reachable'));
              },
            });
          }),
      },
    },
    { key: 'identity p' as IdentityKey, hints: { devices: [DEVICE], relays: [] } },
    '/protocol/1',
    {
      onFound: () => undefined,
      onFailed: () => undefined,
      onChannel: () => (opened += 1),
      guarded: () => false,
    },
  );
});

/** Lets the latest attempt fail, and the longest pause pass. */
async function failOnce(): Promise<void> {
  attempts.at(-1)?.fail();
  await settled();
  await clock.advance(10_000);
}

test('a lost channel is tried again until it is open', async () => {
  void reach.reopen(DEVICE);
  await failOnce();
  await failOnce();
  expect(attempts).toHaveLength(3);
  attempts.at(-1)?.succeed();
  await settled();
  expect(opened).toBe(1);
});

test('both sides open one at once: neither takes its own away from the other', async () => {
  void reach.reopen(DEVICE);
  // That of the peer is here; ours may be there already.
  reach.opened();
  expect(attempts.at(-1)?.signal.aborted).toBe(false);
  attempts.at(-1)?.succeed();
  await settled();
  expect(opened).toBe(1);
});

test.each(['while it is tried', 'in the pause after'])(
  'nothing is tried after a channel was opened %s',
  async (moment) => {
    void reach.reopen(DEVICE);
    if (moment === 'while it is tried') reach.opened();
    attempts.at(-1)?.fail();
    await settled();
    reach.opened();
    await clock.advance(10_000);
    expect(attempts).toHaveLength(1);
  },
);

test('one that is lost after that is tried again', async () => {
  void reach.reopen(DEVICE);
  reach.opened();
  await failOnce();
  void reach.reopen(DEVICE);
  await failOnce();
  expect(attempts).toHaveLength(3);
});

test.each(['the last', 'the newest'])(
  'one that came and went while another was tried is not enough: it was %s',
  async (which) => {
    void reach.reopen(DEVICE);
    reach.opened();
    if (which === 'the last') void reach.reopen(DEVICE);
    else reach.lost();
    await failOnce();
    expect(attempts).toHaveLength(2);
  },
);

test('a peer that closes every channel at once does not make us dial all the time', async () => {
  void reach.reopen(DEVICE);
  for (let tenths = 0; tenths < 100; tenths += 1) {
    if (opened < attempts.length) attempts.at(-1)?.succeed();
    await settled();
    if (opened === attempts.length) void reach.reopen(DEVICE);
    await clock.advance(100);
  }
  expect(attempts.length).toBeGreaterThan(8);
  expect(attempts.length).toBeLessThan(40);
});

test('the end of the call ends the attempt', () => {
  void reach.reopen(DEVICE);
  reach.close();
  expect(attempts.at(-1)?.signal.aborted).toBe(true);
});
