import { describe, expect, test } from 'vitest';
import { at, PEER_DEVICE, STAGES } from '#lib/testing/machine-play.ts';
import type { AcceptedCall } from '../machine/state.ts';
import type { MachinePlay, PlayOptions } from '#lib/testing/machine-play.ts';
import {
  DEAF_REPAIR_MS,
  MOVED_MS,
  RESTART_FIRST_MS,
  RESTART_GLARE_MS,
  RESTART_IMPOLITE_MS,
  RESTART_POLITE_MS,
  RESTART_STALE_MS,
  REVIVED_MS,
} from '../timing.ts';

const restart = { type: 'restart', offer: 'theirs', round: 1 } as const;
const opened = { type: 'channel-opened', device: PEER_DEVICE } as const;
const lost = { type: 'channel-lost', device: PEER_DEVICE } as const;
const broken = { type: 'path-state', state: 'broken' } as const;
const connected = { type: 'path-state', state: 'connected' } as const;
const networkChanged = { type: 'network-changed' } as const;
const offered = (play: MachinePlay) => play.tell({ type: 'restart-made', offer: 'ours' });
/** The peer says something that need not be acknowledged, having heard everything or only so much. */
const beat = (play: MachinePlay, acknowledged?: number) =>
  play.hearAs(0, { type: 'heartbeat' }, undefined, acknowledged);
/** The path breaks, a moment after the peer was heard last. */
function silentlyBroken(options?: PlayOptions): MachinePlay {
  const play = at('connected', options);
  play.now += 1;
  return play.tell(broken);
}

describe('a broken path', () => {
  test('makes both sides ask for a sign of the other, and open another channel', () => {
    for (const polite of [true, false]) {
      const play = silentlyBroken({ polite });
      expect(play.did).toEqual(['reopen', 'heartbeat']);
      expect(play.effects).toMatchObject([{}, { frame: { sequence: 2 } }]);
    }
  });

  test('is restarted by the impolite side as soon as the peer is heard', () => {
    const play = silentlyBroken();
    expect(beat(play).did).not.toContain('make-restart');
    expect(play.pass(RESTART_IMPOLITE_MS).did).toContain('make-restart');
  });

  test('is not restarted while nobody is heard: the old candidates are as good as new', () => {
    const play = silentlyBroken();
    for (let passed = 0; passed < 50_000; passed += 250) {
      expect(play.pass(250).did).not.toContain('make-restart');
      if (passed % 10_000 === 0) expect(play.tell(opened).did).not.toContain('make-restart');
    }
    expect(play.tell(connected).stage).toBe('connected');
  });

  test.each([false, true])(
    'is restarted at once where the network changed, polite: %s',
    (polite) => {
      const after = silentlyBroken({ polite }).tell(networkChanged);
      expect(after.did).toContain('make-restart');
      const before = at('connected', { polite }).tell(networkChanged);
      before.now += MOVED_MS;
      expect(before.tell(broken).did).toContain('make-restart');
      const long = at('connected', { polite }).tell(networkChanged);
      long.now += MOVED_MS + 1;
      expect(long.tell(broken).did).not.toContain('make-restart');
    },
  );

  test('a page that is looked at again has not moved for that', () => {
    const play = silentlyBroken().tell({ ...networkChanged, same: true });
    expect(play.pass(1_000).did).not.toContain('make-restart');
  });

  test('a restart that comes with the first sign of the peer is answered, and not met by ours', () => {
    const play = beat(silentlyBroken());
    play.now += RESTART_IMPOLITE_MS - 1;
    expect(play.hear(restart).did).toContain('make-answer');
    expect(play.pass(1).did).not.toContain('make-restart');
  });

  test('is restarted soon by the polite side, in case the other does not', () => {
    const play = silentlyBroken({ polite: true });
    expect(beat(play).pass(RESTART_POLITE_MS - 1).did).not.toContain('make-restart');
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

  test('the candidates of an offer that is not taken are not either', () => {
    const candidate = { type: 'candidate', candidate: 'candidate:theirs' } as const;
    const play = offered(at('reconnecting')).hear(restart);
    expect(play.hear(candidate).did).not.toContain('add-candidate');
    play.hear({ type: 'answer', answer: 'y', round: 1 }).tell({ type: 'answer-taken' });
    expect(play.hear(candidate).did).toContain('add-candidate');
  });

  test('an offer of ours that was not answered for long gives way', () => {
    const play = beat(offered(at('reconnecting')).tell(connected));
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
    expect(play.pass(RESTART_FIRST_MS + RESTART_IMPOLITE_MS).did).toContain('make-restart');
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

  test('it is tried again and again, with growing pauses, and the answer of an earlier round is late', () => {
    const play = at('reconnecting');
    const pauses: number[] = [];
    for (let round = 1; round <= 6; round += 1) {
      offered(play);
      const late = { type: 'answer', answer: 'late', round: round - 1 } as const;
      expect(play.hear(late).did).not.toContain('take-answer');
      expect(play.hear({ ...late, round }).did).toContain('take-answer');
      const agreed = play.now;
      while (!play.did.includes('make-restart') && play.now < agreed + 60_000) {
        beat(play).pass(250);
      }
      pauses.push(play.now - agreed);
    }
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses[0]).toBeGreaterThanOrEqual(RESTART_FIRST_MS);
    expect(pauses.at(-1)).toBeLessThanOrEqual(7_000);
  });

  test('an offer that has arrived and is not answered for long is made anew', () => {
    const play = beat(offered(at('reconnecting')));
    const arrived = play.now;
    while (!play.did.includes('make-restart') && play.now < arrived + 60_000) {
      beat(play).pass(250);
    }
    expect(play.now - arrived).toBeGreaterThanOrEqual(RESTART_GLARE_MS);
    expect(play.now - arrived).toBeLessThanOrEqual(2 * RESTART_GLARE_MS);
  });

  test.each(STAGES.filter((stage) => stage !== 'ended'))('not secure in %s ends it', (stage) => {
    const play = at(stage).tell({ type: 'path-state', state: 'not-secure' });
    expect(play.stage).toBe('ended: not-secure');
  });
});

describe('a network that comes back', () => {
  test('no restart is made while nobody could hear of it, and then at once', () => {
    const play = at('connected').tell(lost).tell(broken);
    expect(play.pass(20_000).did).not.toContain('make-restart');
    expect(play.tell(opened).pass(RESTART_IMPOLITE_MS).did).toContain('make-restart');
  });

  test('an offer that has not arrived stays the same, however long that takes', () => {
    const play = offered(at('reconnecting'));
    const { sent } = (play.call as AcceptedCall).leg.link;
    for (let passed = 0; passed < 40_000; passed += 1_000) {
      play.tell(lost);
      expect(beat(play, sent - 1).pass(1_000).did).not.toContain('make-restart');
      expect(play.tell(opened).said).toContainEqual({ type: 'restart', offer: 'ours', round: 1 });
    }
    expect(play.hear({ type: 'answer', answer: 'y', round: 1 }).did).toContain('take-answer');
  });

  test('an offer from the network of before that has not arrived is withdrawn, and made anew', () => {
    const play = offered(at('reconnecting')).tell({
      type: 'candidate',
      candidate: { candidate: 'candidate:old' },
    });
    play.now += RESTART_STALE_MS;
    expect(play.tell({ ...networkChanged, same: true }).did).not.toContain('make-restart');
    expect(play.tell(networkChanged).did).toContain('make-restart');
    offered(play);
    expect(play.said).toEqual([{ type: 'restart', offer: 'ours', round: 2 }]);
    play.pass(1_000);
    expect(play.said.filter(({ type }) => type === 'restart')).toHaveLength(1);
    expect(play.said.some(({ type }) => type === 'candidate')).toBe(false);
  });

  test('an offer that was made just now is left to be answered', () => {
    expect(offered(at('reconnecting')).tell(networkChanged).did).not.toContain('make-restart');
  });

  test('an offer that the peer has is left to be answered', () => {
    const play = offered(at('reconnecting')).hearAs(0, { type: 'heartbeat' });
    play.now += RESTART_STALE_MS;
    expect(play.tell(networkChanged).did).not.toContain('make-restart');
  });

  test('what the peer offered and we answered just now may still connect, unless our network is another', () => {
    const play = at('reconnecting', { polite: true }).hear(restart);
    play.tell({ type: 'answer-made', answer: 'z', round: 1 }).tell(lost).tell(opened);
    expect(play.pass(RESTART_POLITE_MS).did).not.toContain('make-restart');
    expect(play.tell(networkChanged).did).toContain('make-restart');
  });

  test('a peer that is heard again after a silence means that a way is there again', () => {
    const play = offered(at('reconnecting')).hear({ type: 'answer', answer: 'y', round: 1 });
    play.now += Math.max(REVIVED_MS, RESTART_FIRST_MS) - 1;
    const tooSoon = beat(play).did;
    expect(tooSoon).not.toContain('make-restart');
    play.now += REVIVED_MS;
    expect(beat(play).did).toContain('make-restart');
  });

  test('an offer that was never answered does not keep a path from being repaired when it breaks later', () => {
    const play = offered(at('connected').tell({ type: 'detour' }));
    beat(play);
    play.now += RESTART_GLARE_MS;
    play.tell(broken).pass(1_000);
    expect(play.did).not.toContain('make-restart');
    expect(beat(play).pass(RESTART_IMPOLITE_MS).did).toContain('make-restart');
  });

  test('what was agreed in the moment of the break is waited for, and then repaired', () => {
    const play = at('connected').hear(restart);
    play.now += 1;
    play.tell({ type: 'answer-made', answer: 'x', round: 1 }).tell(broken);
    play.now += 1_000;
    expect(beat(play).pass(RESTART_IMPOLITE_MS).did).not.toContain('make-restart');
    expect(play.pass(RESTART_FIRST_MS).did).toContain('make-restart');
  });

  test('a network that changed opens another channel, and leaves a path that works alone', () => {
    const play = at('connected').tell({ type: 'network-changed' });
    expect(play.did).toEqual(['reopen']);
    expect(play.stage).toBe('connected');
    expect(play.pass(1_000).did).not.toContain('make-restart');
  });

  test('losing the channel does not end a call', () => {
    const play = at('connected').tell(lost);
    expect(play.effects).toEqual([{ to: 'way', do: 'reopen', device: PEER_DEVICE }]);
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
