import { beforeEach, describe, expect, test } from 'vitest';
import type { Presence } from '#lib/domain/contact.ts';
import { toHex } from '#lib/domain/bytes.ts';
import type { DeviceKey, RelayAddress, RelayId } from '#lib/domain/ids.ts';
import { PRESENCE_MAX_AHEAD_MS, PRESENCE_TTL_MS } from '#lib/protocol/limits.ts';
import type { PresenceEnvelope } from '#lib/protocol/presence-record.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import type { PersonRecord } from '../reach/person-records.ts';
import { ONLINE_MS, SEEN_MS, Sighting } from './watcher-sighting.ts';
import type { Word } from './watcher-sighting.ts';

const NOW = 1_000_000_000;
const TAG = new Uint8Array(32).fill(7);
const at = (name: string): RelayAddress =>
  `/dns4/${name}.example/tcp/443/wss/p2p/${name}` as RelayAddress;
const [R1, R2, GOSSIP] = ['r1', 'r2', 'gossip'] as unknown as [RelayId, RelayId, RelayId];

let sighting: Sighting;
beforeEach(() => {
  sighting = new Sighting();
});

const envelopeOf = (sequence: number): PresenceEnvelope => ({
  tag: TAG,
  expires: NOW + PRESENCE_TTL_MS,
  nonce: new Uint8Array(12),
  sealed: Uint8Array.of(sequence),
});
interface Part extends Partial<PersonRecord> {
  readonly now?: number;
  readonly word?: Word;
}
const hear = (relay: RelayId, { now = NOW, word = 'news', ...part }: Part = {}): boolean => {
  const record = {
    devices: [],
    relays: [at(R1), at(R2)],
    sequence: 1,
    epoch: 1,
    hidden: false,
    issued: now,
    expires: now + PRESENCE_TTL_MS,
    ...part,
  };
  return sighting.hear(relay, envelopeOf(record.sequence), record, now, word);
};
const leave = (relay: RelayId, now = NOW, word: Word = 'news') =>
  sighting.leave(relay, toHex(TAG), now, word);
const presence = (now = NOW, relays: readonly RelayId[] = [R1, R2, GOSSIP], settled = true) =>
  sighting.presence(now, new Set(relays), settled, undefined);
const ONLINE: Presence = { state: 'online' };
const seen = (when: number): Presence => ({ state: 'seen', at: when });

describe('there or not', () => {
  test('by a record that names a relay, until it is stale', () => {
    hear(R1);
    expect(presence()).toEqual(ONLINE);
    expect(presence(NOW + ONLINE_MS - 1)).toEqual(ONLINE);
    expect(presence(NOW + ONLINE_MS)).toEqual(seen(NOW));
    expect(sighting.nextChange(NOW, undefined)).toBe(NOW + ONLINE_MS);
    expect(presence(NOW + SEEN_MS)).toEqual({ state: 'unreachable' });
    expect(sighting.nextChange(NOW + ONLINE_MS, undefined)).toBe(NOW + SEEN_MS);
    expect(sighting.nextChange(NOW + SEEN_MS, undefined)).toBe(Infinity);
  });

  test('what a relay had before counts from when it was issued', () => {
    hear(R1, { word: 'history', issued: NOW - ONLINE_MS + 1 });
    expect(presence()).toEqual(ONLINE);
    expect(presence(NOW + 1)).toEqual(seen(NOW - ONLINE_MS + 1));
  });

  test('a clock that is ahead makes nobody be there for longer', () => {
    hear(R1, { word: 'history', issued: NOW + 600_000, expires: NOW + 10 * SEEN_MS });
    expect(presence(NOW + ONLINE_MS)).toEqual(seen(NOW));
  });

  test('a clock that is behind makes nobody be there for less, once it is news', () => {
    hear(R1, { issued: NOW - 600_000, expires: NOW + 600_000 });
    expect(presence(NOW + ONLINE_MS - 1)).toEqual(ONLINE);
  });

  test('goodbye: seen now', () => {
    hear(R1);
    hear(R1, { sequence: 2, relays: [], now: NOW + 5_000 });
    expect(presence(NOW + 6_000)).toEqual(seen(NOW + 5_000));
  });

  test('nothing is known while no relay tells, or before they had the time to', () => {
    expect(presence(NOW, [R1], false)).toEqual({ state: 'unknown' });
    expect(presence(NOW, [R1])).toEqual({ state: 'unreachable' });
    hear(R1);
    expect(presence(NOW, [])).toEqual({ state: 'unknown' });
    expect(presence(NOW, [R1], false)).toEqual(ONLINE);
  });

  test('who was seen before this page was loaded', () => {
    const before = (now: number) => sighting.presence(now, new Set([R1]), true, NOW - 1_000);
    expect(before(NOW)).toEqual(seen(NOW - 1_000));
    expect(sighting.nextChange(NOW, NOW - 1_000)).toBe(NOW - 1_000 + SEEN_MS);
    hear(R1, { word: 'history', issued: NOW - 5_000, relays: [] });
    expect(before(NOW)).toEqual(seen(NOW - 1_000));
  });

  test('who does not want to be seen is not, there or gone, then or later', () => {
    hear(R1);
    hear(R1, { sequence: 2, hidden: true });
    expect(presence()).toEqual({ state: 'unknown' });
    leave(R1);
    expect(presence()).toEqual({ state: 'unknown' });
    expect(presence(NOW + SEEN_MS)).toEqual({ state: 'unknown' });
    expect(sighting.lastThere).toBeUndefined();
    hear(R1, { sequence: 3 });
    expect(presence()).toEqual(ONLINE);
  });
});

describe('newer and older', () => {
  test('only a higher sequence replaces a record', () => {
    expect(hear(R1, { sequence: 5 })).toBe(true);
    expect(hear(R2, { sequence: 5 })).toBe(false);
    expect(hear(R2, { sequence: 4, relays: [] })).toBe(false);
    expect(presence()).toEqual(ONLINE);
    expect(hear(R2, { sequence: 6, relays: [] })).toBe(true);
    expect(hear(R1, { sequence: 5 })).toBe(false);
    expect(presence()).toEqual(seen(NOW));
  });

  test('no older record can still be fresh when the newest is forgotten, and nobody is lost for a wrong clock', () => {
    hear(R1, { sequence: 9_999, relays: [] });
    const later = NOW + PRESENCE_MAX_AHEAD_MS;
    expect(hear(R1, { sequence: 5, now: later - 1 })).toBe(false);
    expect(hear(R1, { sequence: 5, now: later })).toBe(true);
    expect(presence(later)).toEqual(ONLINE);
  });
});

describe('left', () => {
  test('said by the only relay that knew: seen when it said so', () => {
    hear(R1);
    expect(leave(R1, NOW + 9_000)).toBe(true);
    expect(presence(NOW + 10_000)).toEqual(seen(NOW + 9_000));
    expect(sighting.lastThere).toBe(NOW + 9_000);
  });

  test('from before we asked: seen when they were there for certain', () => {
    hear(R1, { word: 'history', issued: NOW - 60_000 });
    leave(R1, NOW, 'history');
    expect(presence()).toEqual(seen(NOW - 60_000));
  });

  test('takes every relay that they are connected to, if it can be heard', () => {
    hear(R1);
    expect(sighting.repeats(envelopeOf(1), R2)).toBe(true);
    leave(R1);
    expect(presence()).toEqual(ONLINE);
    expect(presence(NOW, [R1, GOSSIP])).toEqual(seen(NOW));
    leave(R2);
    expect(presence()).toEqual(seen(NOW));
  });

  test('relays that pass on what they heard do not outweigh those that were there', () => {
    hear(GOSSIP);
    sighting.repeats(envelopeOf(1), R1);
    leave(R1);
    expect(presence()).toEqual(seen(NOW));
  });

  test('a relay that only heard of them cannot take it back for those that were there', () => {
    hear(GOSSIP);
    sighting.repeats(envelopeOf(1), R1);
    leave(GOSSIP);
    expect(presence()).toEqual(ONLINE);
  });

  test('is nothing from a relay that never said that they were there, or about another day', () => {
    hear(R1);
    expect(leave(R2)).toBe(false);
    expect(sighting.leave(R1, '00', NOW, 'news')).toBe(false);
    expect(presence()).toEqual(ONLINE);
  });

  test('is not undone by the same record once more, and is by a new one', () => {
    hear(R1);
    leave(R1);
    expect(sighting.repeats(envelopeOf(1), R1)).toBe(true);
    expect(presence()).toEqual(seen(NOW));
    expect(hear(R1, { sequence: 2 })).toBe(true);
    expect(presence()).toEqual(ONLINE);
  });

  test('relays are told apart by their peer ID, not by address', () => {
    expect(relayIdOf(at(R1))).toBe(R1);
  });
});

describe('with two devices', () => {
  const [phone, tablet] = ['phone' as DeviceKey, 'tablet' as DeviceKey];

  test('they are there while either is', () => {
    hear(R1, { device: phone, sequence: 1 });
    hear(R1, { device: tablet, sequence: 2 });
    hear(R1, { device: phone, sequence: 3, relays: [] });
    expect(presence()).toEqual(ONLINE);
    hear(R1, { device: tablet, sequence: 4, relays: [] });
    expect(presence()).toEqual(seen(NOW));
  });

  test('a record of one is no replay for being older than that of the other', () => {
    expect(hear(R1, { device: phone, sequence: 9 })).toBe(true);
    expect(hear(R1, { device: tablet, sequence: 2 })).toBe(true);
    expect(hear(R1, { device: tablet, sequence: 1 })).toBe(false);
    expect(hear(R1, { sequence: 5 })).toBe(false);
  });

  test('one that a newer list leaves out tells nothing of them', () => {
    hear(R1, { device: phone, devices: [phone], epoch: 1, sequence: 9 });
    hear(R1, { device: tablet, devices: [tablet], epoch: 2, sequence: 2 });
    hear(R1, { device: tablet, devices: [tablet], epoch: 2, sequence: 3, relays: [] });
    expect(presence()).toEqual(seen(NOW));
    expect(hear(R1, { device: phone, devices: [phone], epoch: 1, sequence: 10 })).toBe(false);
  });

  test('what they chose last about being shown counts, on whichever', () => {
    hear(R1, { device: phone, sequence: 2, hidden: true });
    hear(R1, { device: tablet, sequence: 1 });
    expect(presence()).toEqual({ state: 'unknown' });
    hear(R1, { device: tablet, sequence: 3 });
    expect(presence()).toEqual(ONLINE);
  });

  test('a relay that takes back what it has under the tag takes back both', () => {
    hear(R1, { device: phone, sequence: 1 });
    hear(R1, { device: tablet, sequence: 2 });
    expect(leave(R1)).toBe(true);
    expect(presence()).toEqual(seen(NOW));
  });
});
