import { expect, test } from 'vitest';
import type { CallId, DeviceKey } from '#lib/domain/ids.ts';
import type { CallBody, CallFrame } from '#lib/protocol/call-frame.ts';
import { SeededRandom } from '#lib/testing/seeded-random.ts';
import {
  due,
  linkDeadline,
  newLink,
  queue,
  receive,
  reopened,
  silent,
  WAITING_MAX,
} from './link.ts';
import type { Link } from './link.ts';
import { HEARTBEAT_MS, RESEND_FIRST_MS, RESEND_MOST_MS, SILENCE_MS } from '../timing.ts';

const link = () => newLink('0'.repeat(32) as CallId, 'device' as DeviceKey, 0);
const body: CallBody = { type: 'heartbeat' };
const sequences = (frames: readonly CallFrame[]) => frames.map(({ sequence }) => sequence);

test('numbers frames from 1, and sends them again with growing pauses', () => {
  let [state, frames] = queue(link(), body, 0);
  expect(sequences(frames)).toEqual([1]);
  const pauses: number[] = [];
  for (let now = 0; pauses.length < 5;) {
    const next = state.resendAt;
    [, frames] = due(state, next - 1);
    expect(sequences(frames)).not.toContain(1);
    [state, frames] = due(state, next);
    expect(sequences(frames)).toEqual([1]);
    pauses.push(next - now);
    now = next;
  }
  const most = RESEND_MOST_MS;
  expect(pauses).toEqual([RESEND_FIRST_MS, 2 * RESEND_FIRST_MS, most, most, most]);
});

test('an acknowledgement ends it; one of frames that were never sent does not count', () => {
  const [queued] = queue(link(), body, 0);
  const [lied] = receive(queued, { sequence: 0, acknowledged: 2 }, 0);
  expect(lied.waiting).toHaveLength(1);
  const [heard] = receive(queued, { sequence: 0, acknowledged: 1 }, 0);
  expect(heard.waiting).toEqual([]);
  expect(sequences(due(heard, 10 * HEARTBEAT_MS)[1])).toEqual([0]);
});

test('takes only the frame it expects', () => {
  let state = link();
  const arrivals: string[] = [];
  for (const sequence of [2, 1, 1, 2, 0, 4, 3]) {
    const [next, arrival] = receive(state, { sequence, acknowledged: 0 }, 0);
    state = next;
    arrivals.push(arrival);
  }
  expect(arrivals).toEqual([
    ...['out-of-order', 'expected', 'repeated', 'expected'],
    ...['unnumbered', 'out-of-order', 'expected'],
  ]);
  expect(state.received).toBe(3);
});

test('a new channel brings everything that waits, at once', () => {
  const closed: Link = { ...link(), open: false };
  const [one, none] = queue(closed, body, 0);
  const [two] = queue(one, body, 0);
  expect(none).toEqual([]);
  expect(linkDeadline(two)).toBe(Infinity);
  expect(sequences(reopened(two, 5)[1])).toEqual([1, 2]);
  expect(sequences(reopened(closed, 5)[1])).toEqual([0]);
});

test('a peer that never acknowledges does not fill the memory', () => {
  let state = link();
  for (let frame = 0; frame < WAITING_MAX + 10; frame += 1) [state] = queue(state, body, 0);
  expect(state.waiting).toHaveLength(WAITING_MAX);
});

test('an open channel without a word is silent after a while', () => {
  expect(silent(link(), SILENCE_MS - 1)).toBe(false);
  expect(silent(link(), SILENCE_MS)).toBe(true);
  expect(silent({ ...link(), open: false }, SILENCE_MS)).toBe(false);
});

test('everything arrives, once and in order, over channels that lose, double and reorder', () => {
  for (let seed = 0; seed < 300; seed += 1) {
    const random = new SeededRandom(seed);
    let [from, to] = [link(), link()];
    let now = 0;
    const wire: CallFrame[] = [];
    const taken: string[] = [];
    const sent = Array.from({ length: 20 }, (_, index) => `candidate:${index}`);
    const waiting = [...sent];
    for (let round = 0; round < 3_000 && taken.length < sent.length; round += 1) {
      now += 100;
      const candidate = random.chance(0.2) ? waiting.shift() : undefined;
      let frames: readonly CallFrame[] = [];
      if (candidate !== undefined) {
        [from, frames] = queue(from, { type: 'candidate', candidate }, now);
        wire.push(...frames);
      }
      [from, frames] = due(from, now);
      wire.push(...frames);
      const at = Math.floor(random.unit() * wire.length);
      const frame = wire[at];
      if (frame === undefined) continue;
      if (random.chance(0.7)) wire.splice(at, 1);
      if (random.chance(0.3)) continue;
      const [next, arrival] = receive(to, frame, now);
      to = next;
      if (arrival === 'expected' && frame.body.type === 'candidate') {
        taken.push(frame.body.candidate);
      }
      if (random.chance(0.5))
        [from] = receive(from, { sequence: 0, acknowledged: to.received }, now);
    }
    expect(taken, `seed ${seed}`).toEqual(sent);
  }
});
