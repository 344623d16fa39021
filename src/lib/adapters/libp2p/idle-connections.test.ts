import type { Connection, Libp2p } from '@libp2p/interface';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CALL_PROTOCOL } from '#lib/protocol/names.ts';
import { closeIdleCircuits, closeIdleConnections } from './idle-connections.ts';

const CONTACT = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN';
const STRANGER = '12D3KooWP8N9RzX6a5n8jDxuMfCUcMgfwz4AZ4x5PPfFUcTSaGkU';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Opens a connection and says whether it was closed within a minute. */
async function closed(part: object): Promise<boolean> {
  const events = new EventTarget();
  closeIdleCircuits(events as unknown as Libp2p, (device) => device === CONTACT);
  const connection = {
    direction: 'inbound',
    limits: {},
    remotePeer: { toString: () => STRANGER },
    status: 'open',
    streams: [],
    abort: () => void (connection.status = 'closed'),
    ...part,
  };
  const detail = connection as unknown as Connection;
  events.dispatchEvent(new CustomEvent('connection:open', { detail }));
  await vi.advanceTimersByTimeAsync(60_000);
  return connection.status === 'closed';
}

test('a stranger’s silent circuit is closed', async () => {
  expect(await closed({})).toBe(true);
  expect(await closed({ streams: [{ protocol: '/ipfs/id/1.0.0' }] })).toBe(true);
});

test('one that rings is kept, and so are contacts, direct connections and our own', async () => {
  expect(await closed({ streams: [{ protocol: CALL_PROTOCOL }] })).toBe(false);
  expect(await closed({ remotePeer: { toString: () => CONTACT } })).toBe(false);
  expect(await closed({ limits: undefined })).toBe(false);
  expect(await closed({ direction: 'outbound' })).toBe(false);
});

describe('a connection', () => {
  function opened(holdsReservation = false) {
    const events = new EventTarget();
    closeIdleConnections(events as unknown as Libp2p, () => holdsReservation);
    const streams: { protocol: string }[] = [];
    const close = vi.fn(() => Promise.resolve());
    const detail = { status: 'open', streams, close };
    events.dispatchEvent(new CustomEvent('connection:open', { detail }));
    return { streams, close };
  }

  test('ends when nothing was said for long', async () => {
    const { streams, close } = opened();
    streams.push({ protocol: CALL_PROTOCOL });
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    streams.length = 0;
    await vi.advanceTimersByTimeAsync(59_000);
    expect(close).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(61_000);
    expect(close).toHaveBeenCalledTimes(1);
  });

  test('that speaks now and then stays', async () => {
    const { streams, close } = opened();
    for (let minutes = 0; minutes < 10; minutes += 1) {
      streams.length = 0;
      await vi.advanceTimersByTimeAsync(60_000);
      streams.push({ protocol: CALL_PROTOCOL });
      await vi.advanceTimersByTimeAsync(60_000);
    }
    expect(close).not.toHaveBeenCalled();
  });

  test('to a relay that holds a reservation of ours stays', async () => {
    const { close } = opened(true);
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(close).not.toHaveBeenCalled();
  });
});
