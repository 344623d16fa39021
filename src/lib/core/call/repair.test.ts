import { describe, expect, test } from 'vitest';
import { at, PEER_DEVICE, STAGES } from '#lib/testing/machine-play.ts';
import type { MachinePlay } from '#lib/testing/machine-play.ts';
import type { Signal } from './call-event.ts';
import {
  DEAF_REPAIR_MS,
  RESTART_FIRST_MS,
  RESTART_GLARE_MS,
  RESTART_POLITE_MS,
  RESTART_STALE_MS,
  REVIVED_MS,
} from './timing.ts';

const restart = { type: 'restart', offer: 'theirs', round: 1 } as const;
const opened: Signal = { type: 'channel-opened', device: PEER_DEVICE };
const lost: Signal = { type: 'channel-lost', device: PEER_DEVICE };
const broken = { type: 'path-state', state: 'broken' } as const;
const connected = { type: 'path-state', state: 'connected' } as const;
const offered = (play: MachinePlay) => play.tell({ type: 'restart-made', offer: 'ours' });

describe('a broken path', () => {
  test('is restarted at once by the impolite side, and another channel is opened', () => {
    expect(at('connected').tell(broken).did).toEqual(['reopen', 'make-restart']);
  });

  test('is restarted soon by the polite side, in case the other does not', () => {
    const play = at('connected', { polite: true }).tell(broken);
    expect(play.did).toEqual(['reopen']);
    expect(play.pass(RESTART_POLITE_MS - 1).did).not.toContain('make-restart');
    expect(play.pass(1).did).toContain('make-restart');
  });

  test('is well again with the answer to the restart', () => {
    const play = offered(at('reconnecting'));
    expect(play.said).toEqual([{ type: 'restart', offer: 'ours', round: 1 }]);
    expect(play.hear({ type: 'answer', answer: 'y', round: 1 }).did).toContain('take-answer');
    expect(play.tell(connected).stage).toBe('connected');
  });

  test('that comes back by itself needs no restart', () => {
    const play = at('reconnecting', { polite: true }).tell(connected);
    expect(play.stage).toBe('connected');
    expect(play.pass(RESTART_POLITE_MS).did).not.toContain('make-restart');
  });

  test.each([false, true])('both restart at once, polite: %s', (polite) => {
    const play = offered(at('reconnecting', { polite }).pass(RESTART_POLITE_MS));
    expect(play.hear(restart).did.includes('make-answer')).toBe(polite);
  });

  test('an offer of ours that was not answered for long gives way', () => {
    const play = offered(at('reconnecting')).tell(connected);
    play.now += RESTART_GLARE_MS;
    expect(play.hear(restart).did).toContain('make-answer');
  });

  test('our own restart fails while we answer theirs: theirs is answered', () => {
    const play = at('reconnecting', { polite: true }).pass(RESTART_POLITE_MS);
    play.hear(restart).tell({ type: 'path-error', at: 'restart' });
    play.tell({ type: 'answer-made', answer: 'x', round: 1 });
    expect(play.said).toEqual([{ type: 'answer', answer: 'x', round: 1 }]);
  });

  test('of two restarts of theirs the later is answered', () => {
    const play = at('connected')
      .hear(restart)
      .hear({ ...restart, round: 2 });
    expect(play.tell({ type: 'answer-made', answer: 'x', round: 1 }).said).toEqual([]);
    play.tell({ type: 'answer-made', answer: 'y', round: 2 });
    expect(play.said).toEqual([{ type: 'answer', answer: 'y', round: 2 }]);
  });

  test('a restart that failed is tried again', () => {
    const play = at('reconnecting').tell({ type: 'path-error', at: 'restart' });
    expect(play.pass(RESTART_FIRST_MS).did).toContain('make-restart');
  });

  test('a restart that could not be answered leaves room for ours', () => {
    const play = at('connected').hear(restart).tell({ type: 'path-error', at: 'answer' });
    expect(play.tell(broken).did).toContain('make-restart');
  });

  test('candidates of a restart never come before it', () => {
    const play = at('connected').hear(restart);
    play.tell({ type: 'candidate', candidate: { candidate: 'candidate:new' } });
    expect(play.effects).toEqual([]);
    play.tell({ type: 'answer-made', answer: 'x', round: 1 });
    expect(play.said.map(({ type }) => type)).toEqual(['answer', 'candidate']);
  });

  test('both sides keep trying, with growing pauses, and the answer of an earlier round is late', () => {
    const play = at('reconnecting');
    const pauses: number[] = [];
    let last = play.now;
    for (let round = 1; round <= 6; round += 1) {
      offered(play);
      for (let ticks = 0; ticks < 40 && !play.did.includes('make-restart'); ticks += 1) {
        play.hearAs(0, { type: 'heartbeat' }).pass(250);
      }
      pauses.push(play.now - last);
      last = play.now;
      expect(play.hear({ type: 'answer', answer: 'late', round }).did).not.toContain('take-answer');
      // Whatever the loop above looks at next belongs to the next round.
      play.effects = [];
    }
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses[0]).toBeGreaterThanOrEqual(RESTART_FIRST_MS);
    expect(pauses.at(-1)).toBeLessThanOrEqual(7_000);
  });

  test.each(STAGES.filter((stage) => stage !== 'ended'))('not secure in %s ends it', (stage) => {
    const play = at(stage).tell({ type: 'path-state', state: 'not-secure' });
    expect(play.stage).toBe('ended: not-secure');
  });
});

describe('a network that comes back', () => {
  test('no restart is made while nobody could hear of it, and then at once', () => {
    const play = at('connected', { polite: true }).tell(lost).tell(broken);
    expect(play.pass(20_000).did).not.toContain('make-restart');
    expect(play.tell(opened).did).toContain('make-restart');
  });

  test('an offer of before that has not arrived is withdrawn, and made anew', () => {
    const play = offered(at('reconnecting')).tell({
      type: 'candidate',
      candidate: { candidate: 'candidate:old' },
    });
    play.now += RESTART_STALE_MS;
    // The way that brought nothing may have been dead; a new one is there.
    play.tell(opened);
    expect(play.did).toContain('make-restart');
    offered(play);
    expect(play.said).toEqual([{ type: 'restart', offer: 'ours', round: 2 }]);
    play.pass(1_000);
    expect(play.said.filter(({ type }) => type === 'restart')).toHaveLength(1);
    expect(play.said.some(({ type }) => type === 'candidate')).toBe(false);
  });

  test('an offer that was made just now is left to be answered', () => {
    expect(offered(at('reconnecting')).tell(opened).did).not.toContain('make-restart');
  });

  test('an offer that the peer has is left to be answered', () => {
    const play = offered(at('reconnecting')).hearAs(0, { type: 'heartbeat' });
    play.now += RESTART_STALE_MS;
    expect(play.tell(opened).did).not.toContain('make-restart');
  });

  test('a peer that is heard again after a silence means that a way is there again', () => {
    const play = offered(at('reconnecting'));
    play.now += REVIVED_MS - 1;
    const sequence = 0;
    expect(play.hearAs(sequence, { type: 'heartbeat' }, undefined, 0).did).not.toContain(
      'make-restart',
    );
    play.now += REVIVED_MS;
    expect(play.hearAs(sequence, { type: 'heartbeat' }, undefined, 0).did).toContain(
      'make-restart',
    );
  });

  test('a network that changed opens another channel, and leaves a path that works alone', () => {
    const play = at('connected').tell({ type: 'network-changed' });
    expect(play.did).toEqual(['reopen']);
    expect(play.stage).toBe('connected');
    expect(play.pass(1_000).did).not.toContain('make-restart');
  });

  test('losing the channel does not end a call', () => {
    const play = at('connected').tell(lost);
    expect(play.effects).toEqual([{ do: 'reopen', device: PEER_DEVICE }]);
    play.tell({ type: 'mute', muted: true });
    expect(play.said).toEqual([]);
    play.tell(opened);
    expect(play.said).toContainEqual({ type: 'media', muted: true });
  });
});

describe('frames over the path', () => {
  const framed = (play: MachinePlay) => play.tell({ type: 'path-frames', open: true });

  test('carry the call on when no channel is left', () => {
    const play = framed(at('connected')).tell(lost).tell({ type: 'mute', muted: true });
    expect(play.said).toEqual([{ type: 'media', muted: true }]);
    expect(play.hear(restart).did).toContain('make-answer');
    expect(play.tell({ type: 'hang-up' }).said).toEqual([{ type: 'hangup', reason: 'hung-up' }]);
  });

  test('bring what waited for a way', () => {
    const play = at('connected').tell(lost).tell({ type: 'mute', muted: true });
    expect(framed(play).said).toContainEqual({ type: 'media', muted: true });
  });

  test('are no sign that the channel is alive', () => {
    const play = framed(at('connected'));
    const did: string[] = [];
    for (let passed = 0; passed < 10_000; passed += 1_000) {
      play.hearAs(0, { type: 'heartbeat' }, undefined, undefined, 'path');
      did.push(...play.pass(1_000).did);
    }
    expect(did).toContain('reopen');
  });

  test('end with the path', () => {
    const play = framed(at('connected')).tell(lost).tell({ type: 'path-frames', open: false });
    expect(play.tell({ type: 'mute', muted: true }).said).toEqual([]);
  });
});

describe('packets without sound', () => {
  const silent = { type: 'hearing', hearing: 'silent' } as const;

  test('are told at once, and restarted once', () => {
    const play = at('connected').tell(silent);
    expect(play.said).toEqual([{ type: 'media', muted: false, deaf: true }]);
    expect(play.pass(DEAF_REPAIR_MS).did).toContain('make-restart');
    offered(play).hear({ type: 'answer', answer: 'x', round: 1 });
    for (let passed = 0; passed < 60_000; passed += 1_000) {
      play.hearAs(0, { type: 'heartbeat' });
      expect(play.pass(1_000).did).not.toContain('make-restart');
    }
    expect(play.tell({ type: 'hearing', hearing: 'heard' }).said).toEqual([
      { type: 'media', muted: false },
    ]);
  });

  test.each([{ muted: true }, { muted: false, lost: true }])('are meant by %o', (media) => {
    const play = at('connected')
      .hear({ type: 'media', ...media })
      .tell(silent);
    expect(play.said).toEqual([]);
    expect(play.pass(DEAF_REPAIR_MS).did).not.toContain('make-restart');
  });
});
