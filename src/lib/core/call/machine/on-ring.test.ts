import { describe, expect, test } from 'vitest';
import type { DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { CallBody } from '#lib/protocol/call-frame.ts';
import { TOMBSTONE_MS } from '#lib/protocol/limits.ts';
import {
  certificate,
  at,
  MachinePlay,
  OURS,
  THEIRS,
  STAGES,
  LIVE,
} from '#lib/testing/machine-play.ts';
import type { Stage } from '#lib/testing/machine-play.ts';
import type { Press } from '../event.ts';
import { RING_EARLY_MS, RING_LATE_MS, RINGING_MS } from '../timing.ts';

const hangup = { type: 'hangup', reason: 'hung-up' } as const;

describe('after the end', () => {
  const enders: [Stage, Press['type'], string, CallBody][] = [
    ['ringing', 'hang-up', 'RINGING', { type: 'cancel' }],
    ['connected', 'hang-up', 'a heartbeat', hangup],
  ];
  test.each(enders)('%s, %s: %s hears it again', (stage, type, _what, farewell) => {
    const play = at(stage).tell({ type } as Exclude<Press, { type: 'call' }>);
    play.hearAs(0, { type: 'heartbeat' }, OURS);
    expect(play.said).toEqual([farewell]);
    // Two sides that are both at the end do not tell each other so for ever.
    expect(play.hearAs(0, hangup, OURS).said).toEqual([]);
  });

  test('an ACCEPT that crossed our CANCEL is answered by HANGUP', () => {
    const play = at('ringing').tell({ type: 'hang-up' });
    expect(play.hear({ type: 'accept', certificate, answer: 'x' }).said).toEqual([hangup]);
  });

  test('a RING of a call that is over never rings', () => {
    const play = at('incoming').tell({ type: 'decline' }).tell({ type: 'dismiss' });
    play.ring();
    expect(play.stage).toBe('free');
    expect(play.said).toEqual([{ type: 'decline', reason: 'declined' }]);
    play.now += TOMBSTONE_MS;
    play.ring({}, play.now - TOMBSTONE_MS);
    expect(play.stage).toBe('free');
  });

  test('a CANCEL that overtakes its RING wins, and is a missed call', () => {
    const play = new MachinePlay().hearAs(0, { type: 'cancel' }, THEIRS).ring();
    expect(play.stage).toBe('free');
    expect(play.did).toEqual(['record']);
    expect(play.ring().did).toEqual([]);
  });

  test('a call that is not known here is hung up, but not one whose RING is on the way', () => {
    const play = new MachinePlay();
    expect(play.hearAs(0, { type: 'heartbeat' }, THEIRS).said).toMatchObject([{ type: 'hangup' }]);
    expect(play.hearAs(2, { type: 'accept', certificate }, THEIRS).said).toMatchObject([
      { type: 'hangup' },
    ]);
    expect(play.hearAs(2, { type: 'candidate', candidate: '' }, THEIRS).said).toEqual([]);
  });
});

describe('who may ring', () => {
  const refused: [string, MachinePlay, string[]][] = [
    ['blocked', new MachinePlay({ trust: 'blocked' }).ring(), []],
    [
      'a stranger, by setting',
      new MachinePlay({ trust: 'stranger' }).ring({ strangersMayRing: false }),
      ['record'],
    ],
    ['unsupported here', new MachinePlay().ring({ supported: false }), ['record', 'decline']],
    [
      'late',
      late(new MachinePlay(), (now) => now - RINGING_MS - RING_LATE_MS - 1),
      ['record', 'decline'],
    ],
    [
      'from the future',
      late(new MachinePlay(), (now) => now + RING_EARLY_MS + 1),
      ['record', 'decline'],
    ],
  ];
  test.each(refused)('%s: does not ring', (_who, play, did) => {
    expect(play.stage).toBe('free');
    expect(play.did).toEqual(did);
  });

  function late(play: MachinePlay, issued: (now: number) => number): MachinePlay {
    return play.ring({}, issued(play.now));
  }

  test('a late RING is a missed call with its true time', () => {
    const play = new MachinePlay();
    const issued = play.now - 3_600_000;
    const [record] = play.ring({}, issued).effects;
    expect(record).toMatchObject({ record: { started: issued, missed: true, reason: 'missed' } });
  });

  test('clocks may differ a little', () => {
    expect(late(new MachinePlay(), (now) => now - RINGING_MS - 1).stage).toBe('incoming');
    expect(late(new MachinePlay(), (now) => now + 60_000).stage).toBe('incoming');
  });

  const other = { key: 'identity q' as IdentityKey, name: 'Q' };
  test.each(STAGES.filter((stage) => stage !== 'ended'))('busy in %s', (stage) => {
    const device = 'device q' as DeviceKey;
    const id = 'c'.repeat(32) as typeof OURS;
    const contact = at(stage).ring({ id, device, peer: { ...other, trust: 'contact' } });
    expect(contact.stage).toBe(stage);
    expect(contact.said).toEqual([{ type: 'decline', reason: 'busy' }]);
    const stranger = at(stage).ring({ id, device, peer: { ...other, trust: 'stranger' } });
    expect(stranger.stage).toBe(stage);
    expect(stranger.did).toEqual(['record']);
  });

  test('a stranger who rings does not keep a contact out', () => {
    const device = 'device q' as DeviceKey;
    const id = 'c'.repeat(32) as typeof OURS;
    const contact = { id, device, peer: { ...other, trust: 'contact' } } as const;
    const play = at('incoming', { trust: 'stranger' }).ring(contact);
    expect(play.stage).toBe('ended: missed');
    expect(play.said).toEqual([{ type: 'decline', reason: 'no-answer' }]);
    expect(play.ring(contact).call).toMatchObject({ stage: 'incoming', peer: other });
  });

  test('after an end it rings anew', () => {
    expect(at('ended').ring().stage).toBe('incoming');
  });
});

describe('both press Call', () => {
  test.each(['finding', 'reaching'] as Stage[])('nothing was sent in %s: we give way', (stage) => {
    const play = at(stage).ring();
    expect(play.stage).toBe('answering');
    expect(play.call).toMatchObject({ id: THEIRS, direction: 'outgoing' });
    expect(play.did).toEqual(
      expect.arrayContaining(['close-path', 'stop-search', 'open-path', 'make-answer']),
    );
    play.tell({ type: 'answer-made', answer: 'x' }).tell({ type: 'microphone-opened' });
    expect(play.said).toMatchObject([{ type: 'accept', answer: 'x' }]);
  });

  test('hanging up after giving way cancels: nobody declined', () => {
    const play = at('finding').ring().tell({ type: 'hang-up' });
    expect(play.stage).toBe('ended: cancelled');
    expect(play.said).toEqual([{ type: 'decline', reason: 'declined' }]);
  });

  test('both were sent: the lower key goes on', () => {
    const lower = at('rung', { polite: false });
    const { call } = lower;
    expect(lower.ring().call).toBe(call);
    expect(lower.effects).toEqual([]);
    const higher = at('rung', { polite: true }).ring();
    expect(higher.call).toMatchObject({ stage: 'answering', id: THEIRS });
    expect(higher.said).toContainEqual({ type: 'cancel' });
    expect(higher.did).not.toContain('record');
  });

  test.each(['ringing', 'answering', ...LIVE] as Stage[])(
    'a new RING of the same person in %s asks whether our call still lives there',
    (stage) => {
      const id = 'd'.repeat(32) as typeof OURS;
      const play = at(stage).ring({ id });
      expect(play.stage).toBe(stage);
      expect(play.did).toEqual(['heartbeat']);
      play.hearAs(0, { type: 'hangup', reason: 'connection-lost' });
      expect(play.stage).toBe('ended: lost-by-peer');
      expect(play.ring({ id }).stage).toBe('incoming');
    },
  );
});
