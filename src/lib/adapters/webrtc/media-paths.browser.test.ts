import { afterEach, expect, test, vi } from 'vitest';
import type { MediaPath } from '#lib/ports/media.ts';
import { FakeClock } from '#lib/testing/fake-clock.ts';
import { browserMediaPaths } from './media-paths.ts';
import { Told } from './two-sides.ts';

const closing: MediaPath[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const path of closing.splice(0)) path.close();
});

const SERVERS = [{ urls: ['stun:127.0.0.1:9'] }];

/** Connections as they are made; each is a real one. */
function lookOn() {
  const made: RTCPeerConnection[] = [];
  const Real = RTCPeerConnection;
  vi.stubGlobal(
    'RTCPeerConnection',
    class extends Real {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        made.push(this);
      }
    },
  );
  const clock = new FakeClock();
  const paths = browserMediaPaths(clock);
  const open = (policy: 'all' | 'relay', servers = SERVERS) => {
    const told = new Told();
    const path = paths.open(
      policy,
      servers,
      told.events(() => undefined),
    );
    closing.push(path);
    return { path, told };
  };
  const states = () => made.map(({ signalingState }) => signalingState);
  return { made, clock, paths, open, states };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test('the next path takes the connection that was made ready, and only once', async () => {
  const { made, clock, paths, open } = lookOn();
  paths.prepare('all', SERVERS);
  paths.prepare('all', SERVERS);
  expect(made).toHaveLength(1);
  const { path, told } = open('all');
  expect(made).toHaveLength(1);
  expect(clock.waiting).toBe(0);
  await path.offer();
  await told.until(() => told.candidates.length > 0);
  open('all');
  expect(made).toHaveLength(2);
});

test('one that was made ready for something else is closed', () => {
  const { paths, open, states } = lookOn();
  paths.prepare('all', SERVERS);
  open('relay');
  expect(states()).toEqual(['closed', 'stable']);
  paths.prepare('all', SERVERS);
  paths.prepare('all', []);
  expect(states()).toEqual(['closed', 'stable', 'closed', 'stable']);
});

test('one that nobody takes is closed after a minute', async () => {
  const { clock, paths, open, states } = lookOn();
  paths.prepare('all', SERVERS);
  await clock.advance(60_000);
  expect(states()).toEqual(['closed']);
  open('all');
  expect(states()).toEqual(['closed', 'stable']);
});
