import { expect, test } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { readIceUrl } from './ice-url.ts';
import { serversOf } from './turn-servers.ts';

const RELAY =
  '/dns4/relay.example/tcp/443/wss/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN' as RelayAddress;
const LOCAL = RELAY.replace('dns4/relay.example', 'ip4/127.0.0.1') as RelayAddress;
const answer = (...urls: string[]) => ({ urls, username: 'u', credential: 'c', seconds: 600 });

test('one URL of a kind, credentials where they belong', () => {
  const urls = [
    'stun:t.example:3478',
    'stun:other.example',
    'turn:t.example:3478?transport=udp',
    'turn:t.example',
    'turn:t.example:3478?transport=tcp',
    'turns:t.example:443?transport=tcp',
  ];
  expect(serversOf(answer(...urls), RELAY)).toEqual([
    { urls: [urls[0]] },
    { urls: [urls[2], urls[4], urls[5]], username: 'u', credential: 'c' },
  ]);
  expect(serversOf(answer(...urls), RELAY, 'second')).toEqual([
    { urls: [urls[2], urls[5]], username: 'u', credential: 'c' },
  ]);
});

test('TURN without credentials is left out, since browsers throw at it', () => {
  expect(serversOf({ urls: ['turn:t.example', 'stun:t.example'], seconds: 9 }, RELAY)).toEqual([
    { urls: ['stun:t.example'] },
  ]);
});

test.each([
  'stun:127.0.0.1:3478',
  'turn:10.0.0.1',
  'turn:[::1]:3478',
  'turn:[fd00::1]',
  'turns:router.local',
  'turn:localhost',
  'turn:router',
  'stun:169.254.169.254',
  'stun:[::ffff:192.168.0.1]',
])('a relay on the internet does not send us to %s', (url) => {
  expect(serversOf(answer(url), RELAY)).toEqual([]);
  expect(serversOf(answer(url), LOCAL)).toHaveLength(1);
});

test.each([
  'http://t.example',
  'turn:t.example:25',
  'turn:t.example:0',
  'turn:t.example:99999',
  'turn:t.example?transport=sctp',
  'stun:t.example?transport=tcp',
  'turn:user@t.example',
  'turn:t.example/path',
  'turn: t.example',
  'turn:t.example\n',
  `turn:${'a'.repeat(300)}`,
  'turn:-',
  'turn:3232235777',
  'turn:0xc0.0xa8.1.1',
  'turn:0300.0250.0001.0001',
  'turn:127.1',
  'turn:192.168.1.1.5',
  'turn:%31%30.0.0.1',
  'turn:[::1%25lo]',
])('%j is no server', (url) => {
  expect(readIceUrl(url)).toBeUndefined();
});

test('a URL is taken apart', () => {
  expect(readIceUrl('turns:[2001:DB8::1]:443')).toEqual({
    url: 'turns:[2001:DB8::1]:443',
    scheme: 'turns',
    host: '2001:db8::1',
    transport: 'tcp',
  });
  expect(readIceUrl('turn:T.example')).toMatchObject({ host: 't.example', transport: 'udp' });
});
