import { expect, test } from 'vitest';
import { identityKeyOf } from './key-text.ts';
import { isRelayAddress, relayAddresses } from './relay-address.ts';

const RELAY = identityKeyOf(new Uint8Array(32).fill(3));
const P2P = `/p2p/${RELAY}`;

test.each([
  `/ip4/192.0.2.1/tcp/8080/ws${P2P}`,
  `/ip6/2001:db8::1/tcp/8080/ws${P2P}`,
  `/dns4/relay.example/tcp/443/tls/ws${P2P}`,
  `/dns6/relay.example/tcp/443/wss${P2P}`,
  `/dns/localhost/tcp/8080/ws${P2P}`,
  `/dns4/relay.example/tcp/443/tls/sni/relay.example/ws${P2P}`,
  `/dns4/relay.example/tcp/443/tls/ws/http-path/libp2p%2Fws${P2P}`,
  `/ip4/192.0.2.1/udp/4001/webrtc-direct/certhash/uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g${P2P}`,
])('%s is one', (address) => {
  expect(isRelayAddress(address)).toBe(true);
});

test.each([
  ['nothing', ''],
  ['no peer ID', '/dns4/relay.example/tcp/443/tls/ws'],
  ['a peer ID alone', P2P],
  ['an RSA peer ID', '/ip4/192.0.2.1/tcp/1/ws/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N'],
  ['a circuit', `/ip4/192.0.2.1/tcp/1/ws${P2P}/p2p-circuit`],
  ['somebody behind it', `/ip4/192.0.2.1/tcp/1/ws${P2P}/p2p-circuit${P2P}`],
  ['a list to be looked up', `/dnsaddr/relay.example${P2P}`],
  ['a URL', `wss://relay.example${P2P}`],
  ['a space', `/dns4/relay example/tcp/443/ws${P2P}`],
  ['a line end', `/dns4/relay.example/tcp/443/ws${P2P}\n`],
  ['a letter beyond ASCII', `/dns4/rеlay.example/tcp/443/ws${P2P}`],
  ['an empty part', `/dns4//tcp/443/ws${P2P}`],
  ['too many parts', `/ip4/192.0.2.1${'/a'.repeat(20)}${P2P}`],
  ['too long', `/dns4/${'a.'.repeat(70)}example/x/${'b'.repeat(160)}/${'c'.repeat(160)}${P2P}`],
])('%s is none', (_, text) => {
  expect(isRelayAddress(text)).toBe(false);
});

test('of what a peer named, the good ones are taken once, and not too many', () => {
  const address = (host: number) => `/ip4/192.0.2.${host}/tcp/1/ws${P2P}`;
  const named = ['junk', address(1), address(1), address(2), address(3), address(4)];
  expect(relayAddresses(named, 3)).toEqual([address(1), address(2), address(3)]);
});
