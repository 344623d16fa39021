import { afterEach, expect, test, vi } from 'vitest';
import type { MediaPath, MediaPathEvents } from '#lib/ports/media.ts';
import { FakeClock } from '#lib/testing/fake-clock.ts';
import { browserMediaPaths } from './media-paths.ts';
import { Told } from '#lib/testing/two-paths.ts';
import { pageClock } from './page-calls.ts';

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
  const paths = browserMediaPaths(clock, true);
  const open = (policy: 'all' | 'relay', side: 'offers' | 'answers' = 'offers') => {
    const told = new Told();
    const path = paths.open(
      policy,
      SERVERS,
      side,
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

/** Until the connection made first has its offer and candidates. */
async function gathered(made: readonly RTCPeerConnection[]): Promise<string | undefined> {
  await vi.waitUntil(() => made[0]?.localDescription?.sdp.includes('a=candidate:'));
  return made[0]?.localDescription?.sdp;
}

test('the next path takes the connection that was made ready with its offer and candidates, and only once', async () => {
  const { made, clock, paths, open } = lookOn();
  paths.prepare('all', SERVERS);
  paths.prepare('all', SERVERS);
  const own = await gathered(made);
  const { path, told } = open('all');
  // As a connection tells them: never before its opener has it in hand.
  expect(told.candidates).toEqual([]);
  expect(clock.waiting).toBe(0);
  const offer = await path.offer();
  expect(path.preparedOffer).toBe(offer);
  expect(/a=fingerprint:\S+ \S+/.exec(offer)?.[0]).toBe(
    /a=fingerprint:\S+ \S+/.exec(own ?? '')?.[0],
  );
  expect(offer).not.toContain('a=candidate:');
  expect(told.candidates.length).toBeGreaterThan(0);
  expect(made).toHaveLength(1);
  open('all');
  expect(made).toHaveLength(2);
});

test('two sides connect by an offer that was made ready', async () => {
  const { made } = lookOn();
  const paths = browserMediaPaths(pageClock, true);
  paths.prepare('all', []);
  await gathered(made);
  const told = [new Told(), new Told()] as const;
  const [caller, callee] = (['offers', 'answers'] as const).map((side, index) => {
    const events = told[index]?.events(() => undefined) as MediaPathEvents;
    return paths.open('all', [], side, events);
  }) as [MediaPath, MediaPath];
  closing.push(caller, callee);
  await caller.takeAnswer(await callee.answer(await caller.offer()));
  for (const candidate of told[0].candidates) callee.addCandidate(candidate);
  expect(await told[0].reaches('connected', 'failed')).toBe('connected');
  expect(made).toHaveLength(2);
});

test('one that was made ready for something else is closed', async () => {
  const { paths, open, states } = lookOn();
  paths.prepare('all', SERVERS);
  open('relay');
  expect(states()).toEqual(['closed', 'stable']);
  paths.prepare('all', SERVERS);
  paths.prepare('all', []);
  expect(states()).toEqual(['closed', 'stable', 'closed', 'stable']);
});

test('a side that answers leaves it to one that offers', () => {
  const { made, paths, open } = lookOn();
  paths.prepare('all', SERVERS);
  open('all', 'answers');
  expect(made).toHaveLength(2);
  open('all');
  expect(made).toHaveLength(2);
});

test('one of before a change of network is closed', () => {
  const { paths, open, states } = lookOn();
  paths.prepare('all', SERVERS);
  paths.forget();
  open('all');
  expect(states()).toEqual(['closed', 'stable']);
});

test('one of before a sleep, in which timers stood still, is closed', () => {
  const { states } = lookOn();
  let now = 0;
  const paths = browserMediaPaths({ now: () => now, after: () => () => undefined }, true);
  paths.prepare('all', SERVERS);
  now = 60_000;
  const events = new Told().events(() => undefined);
  closing.push(paths.open('all', SERVERS, 'offers', events));
  expect(states()).toEqual(['closed', 'stable']);
});

test('one that nobody takes is closed after a minute', async () => {
  const { clock, paths, open, states } = lookOn();
  paths.prepare('all', SERVERS);
  await clock.advance(60_000);
  expect(states()).toEqual(['closed']);
  open('all');
  expect(states()).toEqual(['closed', 'stable']);
});
