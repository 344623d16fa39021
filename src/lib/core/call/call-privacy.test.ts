import { describe, expect, test } from 'vitest';
import { at, MachinePlay, PEER_DEVICE, STAGES } from '#lib/testing/machine-play.ts';
import type { Signal } from './call-event.ts';
import { nextDeadline } from './call-machine.ts';
import { RESTART_AGAIN_MS, RESTART_IMPOLITE_MS, RESTART_POLITE_MS, SILENCE_MS } from './timing.ts';

describe('privacy', () => {
  test('a contact: the path connects while it rings, without a microphone', () => {
    const play = at('incoming');
    expect(play.did).toEqual(['ringing', 'open-path', 'make-answer']);
    expect(play.tell({ type: 'answer-made', answer: 'x' }).did).toEqual(['answer']);
    play.tell({ type: 'candidate', candidate: { candidate: 'candidate:1' } });
    expect(play.did).toEqual(['candidate']);
    expect(play.tell({ type: 'path-state', state: 'connected' }).stage).toBe('incoming');
    expect(play.tell({ type: 'accept' }).did).toEqual(['open-microphone']);
    play.tell({ type: 'microphone-opened' });
    expect(play.did).toEqual(['set-muted', 'accept', 'send-sound', 'play']);
    expect(play.said).toEqual([{ type: 'accept' }]);
    // Connected is claimed once the caller has our ACCEPT.
    expect(play.stage).toBe('connecting');
    expect(play.hearAs(0, { type: 'heartbeat' }).stage).toBe('connected');
  });

  const guarded = [
    [{ trust: 'stranger' }, 'relay', false],
    [{ trust: 'stranger', turnAvailable: false }, 'all', true],
    [{ hidden: true }, 'relay', false],
    [{ hidden: true, turnAvailable: false }, 'all', true],
  ] as const;
  test.each(guarded)('%o: no path before Accept, then %s', (options, policy, showsAddress) => {
    const play = at('incoming', options);
    expect(play.did).toEqual(['ringing']);
    expect(play.call).toMatchObject({ privacy: { showsAddress } });
    play.tell({ type: 'accept' });
    expect(play.effects).toContainEqual({ do: 'open-path', policy });
    play.tell({ type: 'candidate', candidate: { candidate: 'candidate:1' } });
    expect(play.effects).toEqual([]);
    play.tell({ type: 'answer-made', answer: 'x' }).tell({ type: 'microphone-opened' });
    expect(play.said.map(({ type }) => type)).toEqual(['accept', 'candidate']);
  });

  test('calling a stranger: nothing that shows an address before ACCEPT', () => {
    const play = at('ringing', { trust: 'stranger' });
    play.tell({ type: 'candidate', candidate: { candidate: 'candidate:1' } });
    expect(play.effects).toEqual([]);
    expect(play.hear({ type: 'answer', answer: 'x' }).did).toEqual(['heartbeat']);
    play.hear({ type: 'candidate', candidate: 'candidate:2' });
    expect(play.did).toEqual(['heartbeat']);
    play.hear({ type: 'accept' });
    expect(play.did).toEqual(['take-answer', 'send-sound', 'play', 'candidate']);
    expect(play.tell({ type: 'answer-taken' }).did).toEqual(['add-candidate']);
  });

  test('hidden, and no TURN: not even a path', () => {
    const play = new MachinePlay({ hidden: true, turnAvailable: false }).press();
    expect(play.stage).toBe('ended: hidden-no-relay');
    expect(play.did).toEqual(['record', 'finish']);
  });

  const lost: Signal = { type: 'channel-lost', device: PEER_DEVICE };
  test('somebody who rings does not make us dial', () => {
    expect(at('incoming').tell(lost).effects).toEqual([]);
    expect(at('incoming').tell({ type: 'network-changed' }).effects).toEqual([]);
    const play = at('incoming');
    for (let passed = 0; passed < 2 * SILENCE_MS; passed += 1_000) {
      expect(play.pass(1_000).did).not.toContain('reopen');
    }
  });

  test('what was lost before Accept is opened again after it', () => {
    expect(at('incoming').tell(lost).tell({ type: 'accept' }).did).toContain('reopen');
    const dead = [
      at('incoming').pass(SILENCE_MS),
      at('incoming').tell({ type: 'network-changed' }),
    ];
    for (const play of dead) {
      play.tell({ type: 'accept' });
      expect(nextDeadline(play.line)).toBeLessThanOrEqual(play.now);
      expect(play.pass(0).did).toContain('reopen');
    }
  });

  test.each(STAGES)('the microphone opens on a press only: %s', (stage) => {
    const pressed = stage !== 'incoming' && stage !== 'ended';
    const play = at(stage);
    const { call } = play;
    const microphone = call && 'microphone' in call ? call.microphone : 'closed';
    expect(microphone !== 'closed').toBe(pressed);
  });
});

describe('a broken path', () => {
  test.each([
    [false, RESTART_IMPOLITE_MS],
    [true, RESTART_POLITE_MS],
  ])('polite: %s, is restarted after %d ms', (polite, delay) => {
    const play = at('reconnecting', { polite });
    expect(play.pass(delay - 1).did).not.toContain('make-restart');
    expect(play.pass(1).did).toContain('make-restart');
    play.tell({ type: 'restart-made', offer: 'new' });
    expect(play.said).toEqual([{ type: 'restart', offer: 'new' }]);
    expect(play.hear({ type: 'answer', answer: 'y' }).did).toContain('take-answer');
    expect(play.tell({ type: 'path-state', state: 'connected' }).stage).toBe('connected');
  });

  test('a path that comes back by itself needs no restart', () => {
    const play = at('reconnecting').tell({ type: 'path-state', state: 'connected' });
    expect(play.stage).toBe('connected');
    expect(play.pass(RESTART_POLITE_MS).did).not.toContain('make-restart');
  });

  test.each([false, true])('both restart at once, polite: %s', (polite) => {
    const play = at('reconnecting', { polite }).pass(RESTART_POLITE_MS);
    play.tell({ type: 'restart-made', offer: 'ours' }).hear({ type: 'restart', offer: 'theirs' });
    expect(play.did.includes('make-answer')).toBe(polite);
  });

  test('our own restart fails while we answer theirs: theirs is answered', () => {
    const play = at('reconnecting', { polite: true }).pass(RESTART_POLITE_MS);
    play.hear({ type: 'restart', offer: 'theirs' }).tell({ type: 'path-error', at: 'restart' });
    play.tell({ type: 'answer-made', answer: 'x' });
    expect(play.said).toEqual([{ type: 'answer', answer: 'x' }]);
  });

  test('a restart that failed is tried again', () => {
    const play = at('reconnecting').pass(RESTART_IMPOLITE_MS);
    play.tell({ type: 'path-error', at: 'restart' });
    expect(play.pass(RESTART_AGAIN_MS).did).toContain('make-restart');
  });

  test('a restart that could not be answered leaves room for ours', () => {
    const play = at('reconnecting').hear({ type: 'restart', offer: 'theirs' });
    play.tell({ type: 'path-error', at: 'answer' });
    expect(play.pass(RESTART_IMPOLITE_MS).did).toContain('make-restart');
  });

  test('candidates of a restart never come before it', () => {
    const play = at('connected').hear({ type: 'restart', offer: 'theirs' });
    play.tell({ type: 'candidate', candidate: { candidate: 'candidate:new' } });
    expect(play.effects).toEqual([]);
    play.tell({ type: 'answer-made', answer: 'x' });
    expect(play.said.map(({ type }) => type)).toEqual(['answer', 'candidate']);
  });

  test('losing the channel does not end a call', () => {
    const gone: Signal = { type: 'channel-lost', device: PEER_DEVICE };
    const play = at('connected').tell(gone);
    expect(play.effects).toEqual([{ do: 'reopen', device: PEER_DEVICE }]);
    play.tell({ type: 'mute', muted: true });
    expect(play.said).toEqual([]);
    play.tell({ type: 'channel-opened', device: PEER_DEVICE });
    expect(play.said).toContainEqual({ type: 'media', muted: true });
  });

  test.each(STAGES.filter((stage) => stage !== 'ended'))('not secure in %s ends it', (stage) => {
    const play = at(stage).tell({ type: 'path-state', state: 'not-secure' });
    expect(play.stage).toBe('ended: not-secure');
  });
});
