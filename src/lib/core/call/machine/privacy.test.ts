import { describe, expect, test } from 'vitest';
import {
  certificate,
  at,
  MachinePlay,
  PEER_DEVICE,
  STAGES,
  THEIRS,
} from '#lib/testing/machine-play.ts';
import { nextDeadline } from './machine.ts';
import { SILENCE_MS } from '../timing.ts';

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
    expect(play.did).toEqual(['set-muted', 'accept', 'send-sound', 'play', 'expect']);
    expect(play.said).toEqual([{ type: 'accept', certificate }]);
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
    expect(play.call).toMatchObject({ leg: { privacy: { showsAddress } } });
    play.tell({ type: 'accept' });
    expect(play.effects).toContainEqual({
      to: 'path',
      leg: THEIRS,
      do: 'open-path',
      policy,
      side: 'answers',
    });
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
    play.hear({ type: 'accept', certificate });
    expect(play.did).toEqual(['take-answer', 'send-sound', 'play', 'expect', 'candidate']);
    expect(play.tell({ type: 'answer-taken' }).did).toEqual(['add-candidate']);
  });

  test('hidden, and no TURN: not even a path', () => {
    const play = new MachinePlay({ hidden: true, turnAvailable: false }).press();
    expect(play.stage).toBe('ended: hidden-no-relay');
    expect(play.did).toEqual(['record', 'finish']);
  });

  const lost = { type: 'channel-lost', device: PEER_DEVICE } as const;
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
    const microphone = call && 'own' in call ? call.own.microphone : 'closed';
    expect(microphone !== 'closed').toBe(pressed);
  });
});
