import { expect, test } from 'vitest';
import type { PathState } from '#lib/ports/media.ts';
import { PathFacts } from './path-state.ts';

function facts() {
  const told: PathState[] = [];
  return { told, path: new PathFacts((state) => told.push(state)) };
}

test('nothing is said before there is a transport', () => {
  const { path, told } = facts();
  path.packets(true);
  path.packets(false);
  expect(told).toEqual([]);
});

test('broken by either, connected when neither is', () => {
  const { path, told } = facts();
  path.transport('up');
  path.packets(true);
  path.transport('down');
  path.packets(false);
  path.transport('up');
  path.packets(true);
  path.transport('up');
  path.packets(false);
  expect(told).toEqual(['connected', 'broken', 'connected', 'broken', 'connected']);
});

test('a restart under a path that works says connected again', () => {
  const { path, told } = facts();
  path.transport('up');
  path.packets(false);
  path.transport('up');
  expect(told).toEqual(['connected', 'connected']);
});

test('failed until the browser says otherwise', () => {
  const { path, told } = facts();
  path.transport('up');
  path.transport('failed');
  path.packets(true);
  path.packets(false);
  path.transport('up');
  expect(told).toEqual(['connected', 'failed', 'connected']);
});

test('a wrong certificate is for good', () => {
  const { path, told } = facts();
  path.wrongCertificate();
  path.transport('up');
  path.packets(true);
  expect(told).toEqual(['not-secure']);
});
