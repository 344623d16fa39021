import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { expect, test, vi } from 'vitest';
import type { DeviceKey } from '#lib/domain/ids.ts';
import { openDirect } from './open-direct.ts';

const PEER = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN' as DeviceKey;
const CIRCUIT = multiaddr(`/dns4/r.example/tcp/443/wss/p2p/${PEER}/p2p-circuit/p2p/${PEER}`);

function connection(name: string, limits?: object, works = true) {
  const newStream = vi.fn((_: string, options: object) =>
    works
      ? Promise.resolve({ id: name, options } as unknown as Stream)
      : Promise.reject(new Error('dead')),
  );
  const made = { status: 'open', limits, newStream, abort: vi.fn() };
  return made as unknown as typeof made & Connection;
}

function opening(there: readonly Connection[], direct?: Connection) {
  const dial = vi.fn(() => Promise.resolve(connection('circuit', {}) as Connection));
  const upgrade = vi.fn(() => Promise.resolve(direct));
  const libp2p = { getConnections: () => there } as unknown as Libp2p;
  const target = { peer: PEER, protocol: '/woxly/file/1', circuits: [CIRCUIT] };
  const { signal } = new AbortController();
  return { dial, upgrade, opened: openDirect(libp2p, { dial }, upgrade, target, signal) };
}

test('a direct connection that is there is used, and no circuit', async () => {
  const direct = connection('direct');
  const { opened, dial, upgrade } = opening([connection('circuit', {}), direct]);
  expect((await opened).id).toBe('direct');
  expect(direct.newStream.mock.calls[0]?.[1]).not.toHaveProperty('runOnLimitedConnection');
  expect(dial).not.toHaveBeenCalled();
  expect(upgrade).not.toHaveBeenCalled();
});

test('where there is none it is made beside the circuit that is there, or a new one', async () => {
  const relayed = connection('circuit', {});
  const beside = opening([relayed], connection('direct'));
  expect((await beside.opened).id).toBe('direct');
  expect(beside.dial).not.toHaveBeenCalled();
  expect(beside.upgrade).toHaveBeenCalledWith(PEER, relayed);
  const fresh = opening([], connection('direct'));
  expect((await fresh.opened).id).toBe('direct');
  expect(fresh.dial).toHaveBeenCalledTimes(1);
});

test('one that is dead is dropped, and another is made', async () => {
  const dead = connection('direct', undefined, false);
  const { opened } = opening([dead], connection('another'));
  expect((await opened).id).toBe('another');
  expect(dead.abort).toHaveBeenCalledTimes(1);
});

test('what cannot or may not be direct does not go over a circuit', async () => {
  const relayed = connection('circuit', {});
  const { opened } = opening([relayed]);
  await expect(opened).rejects.toMatchObject({ reason: 'unreachable' });
  expect(relayed.newStream).not.toHaveBeenCalled();
});
