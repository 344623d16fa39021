import { describe, expect, test } from 'vitest';
import type { DeviceKey } from '#lib/domain/ids.ts';
import { callIdOf } from '#lib/protocol/call-frame.ts';
import type { CallBody } from '#lib/protocol/call-frame.ts';
import { CANDIDATES_MAX } from '#lib/protocol/limits.ts';
import { certificate, at, OURS, STAGES, LIVE, THEIRS } from '#lib/testing/machine-play.ts';
import type { Stage, MachinePlay } from '#lib/testing/machine-play.ts';
import type { Press } from '../event.ts';
import { nextDeadline } from './machine.ts';
import { CONNECTING_MS, PREPARING_MS, RECONNECTING_MS, REPEAT_MS, RINGING_MS } from '../timing.ts';

const hangup = { type: 'hangup', reason: 'hung-up' } as const;

test.each(STAGES)('the way to %s leads there', (stage) => {
  expect(at(stage).call?.stage).toBe(stage);
});

describe('presses', () => {
  const cases: [Stage, Press['type'], string, string[]][] = [
    ['finding', 'hang-up', 'ended: cancelled', []],
    ['reaching', 'hang-up', 'ended: cancelled', []],
    ['rung', 'hang-up', 'ended: cancelled', ['cancel']],
    ['ringing', 'hang-up', 'ended: cancelled', ['cancel']],
    ['incoming', 'hang-up', 'ended: declined', ['decline']],
    ['answering', 'hang-up', 'ended: declined', ['decline']],
    ['connecting', 'hang-up', 'ended: hung-up', ['hangup']],
    ['connected', 'hang-up', 'ended: hung-up', ['hangup']],
    ['reconnecting', 'hang-up', 'ended: hung-up', ['hangup']],
    ['incoming', 'leave', 'ended: missed', ['decline']],
    ['connected', 'leave', 'ended: hung-up', ['hangup']],
    ['finding', 'block', 'ended: cancelled', []],
    ['ringing', 'block', 'ended: cancelled', ['cancel']],
    ['incoming', 'block', 'ended: declined', []],
    ['answering', 'block', 'ended: declined', ['decline']],
    ['connected', 'block', 'ended: hung-up', ['hangup']],
    ['incoming', 'decline', 'ended: declined', ['decline']],
    ['answering', 'decline', 'ended: declined', ['decline']],
    ['ended', 'dismiss', 'free', []],
  ];
  test.each(cases)('%s, %s: %s', (stage, type, after, said) => {
    const play = at(stage).tell({ type } as Exclude<Press, { type: 'call' }>);
    expect(play.stage).toBe(after);
    expect(play.said.map((body) => body.type)).toEqual(said);
    expect(play.did.includes('record')).toBe(after !== 'free');
  });

  const absorbed: [Press['type'], readonly Stage[]][] = [
    ['accept', STAGES.filter((stage) => stage !== 'incoming')],
    ['decline', STAGES.filter((stage) => stage !== 'incoming' && stage !== 'answering')],
    ['hang-up', ['ended']],
    ['leave', ['ended']],
    ['block', ['ended']],
    ['dismiss', STAGES.filter((stage) => stage !== 'ended')],
    ['reopen-microphone', STAGES],
    ['call', STAGES.filter((stage) => stage !== 'incoming' && stage !== 'ended')],
  ];
  for (const [type, stages] of absorbed) {
    test.each(stages)(`${type} is absorbed in %s`, (stage) => {
      const play = at(stage);
      const before = play.line;
      if (type === 'call') play.press();
      else play.tell({ type } as Exclude<Press, { type: 'call' }>);
      expect(play.line.call).toEqual(before.call);
      expect(play.effects).toEqual([]);
    });
  }

  test('Call on somebody who rings here accepts', () => {
    expect(at('incoming').press().stage).toBe('answering');
  });
});

describe('deadlines', () => {
  const cases: [Stage, number, string, CallBody | undefined][] = [
    ['finding', PREPARING_MS, 'ended: microphone-refused', undefined],
    ['reaching', PREPARING_MS, 'ended: microphone-refused', undefined],
    ['rung', RINGING_MS, 'ended: not-reachable', { type: 'cancel' }],
    ['ringing', RINGING_MS, 'ended: no-answer', { type: 'cancel' }],
    ['incoming', RINGING_MS, 'ended: no-answer', { type: 'decline', reason: 'no-answer' }],
    [
      'answering',
      RINGING_MS,
      'ended: microphone-refused',
      { type: 'decline', reason: 'no-microphone' },
    ],
    ['connecting', CONNECTING_MS, 'ended: connection-failed', { type: 'hangup', reason: 'failed' }],
    [
      'reconnecting',
      RECONNECTING_MS,
      'ended: peer-network-lost',
      { type: 'hangup', reason: 'connection-lost' },
    ],
  ];
  test.each(cases)('%s lasts %d ms', (stage, duration, after, said) => {
    const play = at(stage).wait(duration - 1);
    expect(play.call?.stage).toBe(stage);
    play.pass(1);
    expect(play.stage).toBe(after);
    expect(play.said).toEqual(said === undefined ? [] : [said]);
  });

  test('a person who is not found in time', () => {
    const play = at('finding').tell({ type: 'microphone-opened' }).pass(PREPARING_MS);
    expect(play.stage).toBe('ended: not-found');
  });

  test('a tick at the deadline is the last one asked for', () => {
    for (const stage of STAGES) {
      const play = at(stage);
      const deadline = nextDeadline(play.line);
      if (stage === 'ended') expect(deadline).toBe(Infinity);
      else expect(deadline).toBeGreaterThan(play.now);
      // A machine that always asks for a tick at once would never let the engine rest.
      for (let ticks = 0; ticks < 20 && nextDeadline(play.line) < Infinity; ticks += 1) {
        const next = nextDeadline(play.line);
        play.pass(next - play.now);
        expect(nextDeadline(play.line)).toBeGreaterThan(play.now);
      }
    }
  });
});

describe('what the peer says', () => {
  const declined: [string, string][] = [
    ['declined', 'declined-by-peer'],
    ['busy', 'busy'],
    ['no-microphone', 'peer-microphone'],
    ['unsupported', 'peer-unsupported'],
    ['no-answer', 'no-answer'],
  ];
  test.each(declined)('DECLINE %s', (reason, ended) => {
    const body = { type: 'decline', reason, note: ' later\u202e ' } as CallBody;
    const play = at('ringing').hearAs(0, body);
    expect(play.stage).toBe(`ended: ${ended}`);
    expect(play.call).toMatchObject({ note: 'later' });
    expect(play.said).toEqual([]);
  });

  test.each(['incoming', 'answering', ...LIVE] as Stage[])('CANCEL ends %s', (stage) => {
    // Out of order: whatever comes before it does not matter any more.
    expect(at(stage).hearAs(99, { type: 'cancel' }).stage).toBe('ended: cancelled-by-peer');
  });

  test.each(['rung', 'ringing', 'incoming', 'answering', ...LIVE] as Stage[])(
    'HANGUP ends %s',
    (stage) => {
      expect(at(stage).hearAs(0, hangup).stage).toBe('ended: hung-up-by-peer');
    },
  );

  test.each(STAGES)('garbage of another device does nothing in %s', (stage) => {
    const play = at(stage);
    const { call } = play;
    const device = 'device x' as DeviceKey;
    const frame = {
      callId: callIdOf(new Uint8Array(16)),
      sequence: 0,
      acknowledged: 0,
      body: hangup,
    };
    play.tell({
      type: 'frame',
      id: call?.id ?? OURS,
      device,
      frame,
      via: 'channel',
      isKnown: true,
    });
    expect(play.call).toBe(call);
  });

  test('"ringing" is claimed on RINGING only', () => {
    const play = at('rung').hearAs(0, { type: 'heartbeat' });
    expect(play.stage).toBe('rung');
    expect(play.hear({ type: 'ringing', certificate }).stage).toBe('ringing');
  });

  test('a missed call is missed, a declined one is not', () => {
    const record = (play: MachinePlay) =>
      play.effects.find((effect) => effect.do === 'record')?.record;
    expect(record(at('incoming').hear({ type: 'cancel' }))).toMatchObject({ missed: true });
    expect(record(at('incoming').tell({ type: 'decline' }))).toMatchObject({ missed: false });
    expect(record(at('answering').hear({ type: 'cancel' }))).toMatchObject({ missed: false });
    expect(record(at('incoming').pass(RINGING_MS))).toMatchObject({ missed: true, seen: false });
  });

  test('who was blocked while they rang hears nothing afterwards either, and is not missed', () => {
    const play = at('incoming').tell({ type: 'block' });
    expect(play.effects).toMatchObject([{ record: { missed: false } }, { do: 'finish' }]);
    expect(play.hearAs(0, { type: 'heartbeat' }, THEIRS).said).toEqual([]);
    expect(play.ring().said).toEqual([]);
  });

  test.each(STAGES.filter((stage) => stage !== 'ended'))('an end in %s knows whether', (stage) => {
    const accepted = ['answering', ...LIVE].includes(stage);
    expect(at(stage).tell({ type: 'hang-up' }).call).toMatchObject({ accepted });
  });

  test('ACCEPT without any answer is no ACCEPT', () => {
    expect(at('ringing').hear({ type: 'accept', certificate }).stage).toBe(
      'ended: connection-failed',
    );
  });

  test('an offer has one answer', () => {
    const play = at('ringing').hear({ type: 'answer', answer: 'first' });
    expect(play.did).toContain('take-answer');
    expect(play.hear({ type: 'answer', answer: 'second' }).did).not.toContain('take-answer');
    expect(play.hear({ type: 'accept', certificate, answer: 'third' }).did).not.toContain(
      'take-answer',
    );
  });

  test('frames that come early come again; none is acted upon twice', () => {
    const play = at('rung').hearAs(2, { type: 'accept', certificate, answer: 'x' });
    expect(play.stage).toBe('rung');
    play
      .hearAs(1, { type: 'ringing', certificate })
      .hearAs(2, { type: 'accept', certificate, answer: 'x' });
    expect(play.stage).toBe('connecting');
    // It came by two ways, and was acknowledged just now. Later it means that this was not heard.
    expect(play.hearAs(2, { type: 'accept', certificate, answer: 'x' }).did).toEqual([]);
    play.now += REPEAT_MS;
    expect(play.hearAs(2, { type: 'accept', certificate, answer: 'x' }).did).toEqual(['heartbeat']);
  });

  test('candidates wait for the description, and are counted', () => {
    const play = at('rung');
    for (let sent = 0; sent < CANDIDATES_MAX + 5; sent += 1) {
      play.hear({ type: 'candidate', candidate: `candidate:${sent}` });
      expect(play.did).not.toContain('add-candidate');
    }
    play.hear({ type: 'answer', answer: 'x' });
    expect(play.did).not.toContain('add-candidate');
    play.tell({ type: 'answer-taken' });
    expect(play.did.filter((did) => did === 'add-candidate')).toHaveLength(CANDIDATES_MAX);
    expect(play.hear({ type: 'candidate', candidate: 'candidate:x' }).did).toEqual(['heartbeat']);
  });
});
