import { expect, test } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { readRelayText, relayLink } from './relay-text.ts';

const ID = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN';
const ADDRESS = `/dns4/relay.example/tcp/443/tls/ws/p2p/${ID}` as RelayAddress;
const LINK = relayLink('https://woxly.example/', ADDRESS);

test('a link is short enough to scan and leads back to the address', () => {
  expect(LINK).toMatch(/^https:\/\/woxly\.example\/#\/r\/[A-Za-z0-9_-]+$/);
  expect(LINK.length).toBeLessThan(200);
  expect(readRelayText(LINK)).toEqual({ kind: 'address', address: ADDRESS });
});

test.each([
  [ADDRESS, { kind: 'address', address: ADDRESS }],
  [`  my relay: ${ADDRESS}\n`, { kind: 'address', address: ADDRESS }],
  [`Look, ${LINK} .`, { kind: 'address', address: ADDRESS }],
  [LINK.replace('#', '%23'), { kind: 'address', address: ADDRESS }],
  [`https://x.example/?url=${encodeURIComponent(LINK)}&x=1`, { kind: 'address', address: ADDRESS }],
  [`${LINK.slice(0, 90)}\u200B${LINK.slice(90)})`, { kind: 'address', address: ADDRESS }],
  [`${LINK.slice(0, 90)}\r\n> ${LINK.slice(90)}`, { kind: 'address', address: ADDRESS }],
  ['https://relay.example/any/page?x#y', { kind: 'web', url: 'https://relay.example' }],
  ['http://localhost:8080', { kind: 'web', url: 'http://localhost:8080' }],
  ['localhost:8080', { kind: 'web', url: 'http://localhost:8080' }],
  ['127.0.0.1:8080', { kind: 'web', url: 'http://127.0.0.1:8080' }],
  ['[2001:db8::7]:9000/', { kind: 'web', url: 'http://[2001:db8::7]:9000' }],
  ['relay.example', { kind: 'web', url: 'https://relay.example' }],
  ['relay.example:8443/', { kind: 'web', url: 'https://relay.example:8443' }],
  ['', { kind: 'empty' }],
  [' \n', { kind: 'empty' }],
])('%j is read', (text, read) => {
  expect(readRelayText(text)).toEqual(read);
});

test.each([
  'relay',
  'javascript:alert(1)',
  'ftp://relay.example',
  '/ip4/1.2.3.4/tcp/22',
  `${ADDRESS}/p2p-circuit/p2p/${ID}`,
  ADDRESS.slice(0, -1),
  LINK.slice(0, -1),
  'https://woxly.example/#/r/____',
  'https://relay.example:99999999',
  `https://${'a'.repeat(5000)}.example`,
  ID,
])('%j is nonsense', (text) => {
  expect(readRelayText(text)).toEqual({ kind: 'nonsense' });
});
