import { expect, test } from 'vitest';
import { overwriteGetLocale } from '#lib/messages/runtime.js';
import { incomingWords, initialsOf, nameOf, quotedNameOf, relayName, shortKey } from './people.ts';

const KEY = '12D3KooWA1iceVw3Gd8ShcUfbTqXm7Yp2ZkR5nJLzMvQeHsWtC9x';

test('a short key is what tells keys apart, not their common beginning', () => {
  expect(shortKey(KEY)).toBe('A1ic…tC9x');
  expect(shortKey('short')).toBe('short');
});

test('a nameless person is shown by the short key', () => {
  overwriteGetLocale(() => 'en');
  expect(nameOf({ name: '', key: KEY })).toBe('Key A1ic…tC9x');
  expect(nameOf({ name: 'Alice', key: KEY })).toBe('Alice');
});

test("a stranger's name is a claim, wherever it is said", () => {
  overwriteGetLocale(() => 'en');
  const stranger = { name: 'Bank', key: KEY, stranger: true };
  const friend = { ...stranger, stranger: false };
  const nobody = { ...stranger, name: '' };
  expect([friend, stranger, nobody].map(quotedNameOf)).toEqual(['Bank', '“Bank”', 'Key A1ic…tC9x']);
  expect([friend, stranger, nobody].map(incomingWords)).toEqual([
    'Incoming call from Bank',
    'Incoming call from “Bank”, Key A1ic…tC9x, not in your contacts',
    'Incoming call from Key A1ic…tC9x, not in your contacts',
  ]);
});

test.each([
  ['Alice', 'A'],
  ['alice van der moreau', 'AM'],
  ['Борис Ельцов', 'БЕ'],
  ['王 小明', '王小'],
  ['🎧 Radio', '🎧'],
  ['Radio 🎧', 'R'],
  ['👨‍👩‍👧 Smiths', '👨‍👩‍👧'],
  ['🇺🇦 Olena', '🇺🇦'],
  [
    '🏴\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}',
    '🏴\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}',
  ],
  ['e\u0301mile zola', 'E\u0301Z'],
  ['(Bob)', 'B'],
  ['නිමල්', 'නි'],
  ['— !', ''],
  ['', ''],
])('initials of %o are %o', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

test.each([
  [`/dns4/relay.example/tcp/443/tls/ws/p2p/${KEY}`, 'relay.example'],
  [`/ip4/127.0.0.1/tcp/8080/ws/p2p/${KEY}`, '127.0.0.1:8080'],
  [`/ip4/192.0.2.7/udp/4001/webrtc-direct/certhash/uEi/p2p/${KEY}`, '192.0.2.7:4001'],
  [`/unknown/p2p/${KEY}`, 'A1ic…tC9x'],
])('a relay is named by its host: %s', (address, name) => {
  expect(relayName(address)).toBe(name);
});
