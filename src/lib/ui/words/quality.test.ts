import { expect, test } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { overwriteGetLocale } from '#lib/messages/runtime.js';
import type { RelayView } from '#lib/state/views.ts';
import { spoken } from './isolates.ts';
import { encodingText, pathText, qualityText, usageText } from './quality.ts';

overwriteGetLocale(() => 'en');

const relay = (address: string, operator?: string): RelayView => ({
  address: address as RelayAddress,
  state: 'reachable',
  origin: 'page',
  preferred: false,
  ...(operator !== undefined && { operator }),
});

const servers = new Map([
  ['turn.relay.example', relay('/dns4/relay.example/tcp/443/tls/ws/p2p/ONE', 'Example e.V.')],
  ['192.0.2.7', relay('/ip4/192.0.2.7/tcp/8080/ws/p2p/TWO')],
]);

test.each([
  [{}, undefined],
  [{ path: 'direct' }, 'Direct'],
  [{ path: 'relayed', relayedBy: 'peer' }, 'Relayed via Alice’s relay'],
  [{ path: 'relayed', relayedBy: 'own' }, 'Relayed'],
  [{ path: 'relayed', turnHosts: ['turn.relay.example'] }, 'Relayed via Example e.V.'],
  [{ path: 'relayed', turnHosts: ['192.0.2.7'] }, 'Relayed via 192.0.2.7:8080'],
  [{ path: 'relayed', turnHosts: ['turn.elsewhere'] }, 'Relayed via turn.elsewhere'],
  [
    { path: 'relayed', turnHosts: ['turn.relay.example', 'turn.elsewhere'] },
    'Relayed via Example e.V. or turn.elsewhere',
  ],
] as const)('the path of %o is %s', (quality, text) => {
  const path = pathText(quality, (host) => servers.get(host), 'Alice');
  expect(path && spoken(path)).toBe(text);
});

test('how good it is comes with whose fault it is, where that is known', () => {
  expect(qualityText({ grade: 'good' }, 'Alice')).toBe('Good');
  expect(qualityText({ grade: 'fair', cause: 'own-network' }, 'Alice')).toBe('Fair: your network');
  expect(spoken(qualityText({ grade: 'poor', cause: 'peer-network' }, 'Alice'))).toBe(
    'Poor: Alice’s network',
  );
  expect(qualityText({ grade: 'fair', cause: 'unknown' }, 'Alice')).toBe('Fair');
  expect(qualityText({ grade: 'poor', cause: 'unknown' }, 'Alice')).toBe('Weak connection');
});

test('data use is counted with all that is around the sound', () => {
  expect(usageText({ sendKbps: 40, receiveKbps: 40 })).toBeUndefined();
  expect(usageText({ sendKbps: 40, receiveKbps: 40, wireKbps: 112 })).toBe('840 kB per minute');
});

test('an encoding that does not follow the connection is called that', () => {
  expect(encodingText({})).toBeUndefined();
  expect(encodingText({ encoding: 'low' })).toBe('Low');
  expect(encodingText({ encoding: 'normal', unadapted: true })).toBe(
    'Normal. This browser doesn’t adapt it to the connection.',
  );
});
