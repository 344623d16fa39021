import { expect, test } from 'vitest';
import { dialPolicy } from './dial-policy.ts';

const ID = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN';

const internet = dialPolicy({ pageHost: 'call.example.org', pageSecure: true, webrtc: true });
const local = dialPolicy({ pageHost: 'localhost', pageSecure: false, webrtc: true });
const lan = dialPolicy({ pageHost: '192.168.1.5', pageSecure: false, webrtc: true });

test.each([
  `/dns4/relay.example.org/tcp/443/wss/p2p/${ID}`,
  `/dns4/relay.example.org/tcp/443/tls/ws/p2p/${ID}`,
  `/ip4/93.184.216.34/udp/9090/webrtc-direct/certhash/uEiAkH5a4DPGKUuOBjYw0CgwjvcJCJMD2K_1aluKR_tpevQ/p2p/${ID}`,
  `/dns4/relay.example.org/tcp/443/wss/p2p/${ID}/p2p-circuit/p2p/${ID}`,
  `/dns4/relay.example.org/tcp/443/wss/p2p/${ID}/p2p-circuit/webrtc/p2p/${ID}`,
  `/p2p/${ID}/p2p-circuit/p2p/${ID}`,
  `/ip4/127.0.0.1/tcp/8080/ws/p2p/${ID}`,
])('a page on this machine dials %s', (address) => {
  expect(local(address)).toBe(true);
});

test.each([
  `/ip4/127.0.0.1/tcp/22/ws/p2p/${ID}`,
  `/dns4/localhost/tcp/8080/wss/p2p/${ID}`,
  `/ip4/10.0.0.1/tcp/80/wss/p2p/${ID}`,
  `/ip4/192.168.1.1/tcp/443/tls/ws/p2p/${ID}`,
  `/ip4/172.20.0.1/tcp/443/wss/p2p/${ID}`,
  `/ip4/169.254.169.254/tcp/443/wss/p2p/${ID}`,
  `/ip4/100.64.0.1/tcp/443/wss/p2p/${ID}`,
  `/ip4/224.0.0.1/udp/9090/webrtc-direct/p2p/${ID}`,
  `/ip6/::1/tcp/443/wss/p2p/${ID}`,
  `/ip6/fe80::1/tcp/443/wss/p2p/${ID}`,
  `/ip6/fd00::1/tcp/443/wss/p2p/${ID}`,
  `/dns4/printer.local/tcp/443/wss/p2p/${ID}`,
  `/dns4/relay.example.org/tcp/80/ws/p2p/${ID}`,
  `/dns4/192.168.1.1/tcp/443/wss/p2p/${ID}`,
  `/dns/169.254.169.254/tcp/443/wss/p2p/${ID}`,
  `/dns4/3232255233/tcp/443/wss/p2p/${ID}`,
  `/dns4/0xc0a80101/tcp/443/wss/p2p/${ID}`,
  `/dns4/0300.0250.1.1/tcp/443/wss/p2p/${ID}`,
  `/dns4/192.168.257/tcp/443/wss/p2p/${ID}`,
  `/dns4/%31%39%32.168.1.1/tcp/443/wss/p2p/${ID}`,
  `/dns4/169.254.169.254./tcp/443/wss/p2p/${ID}`,
  `/dns6/::ffff:192.168.1.1/tcp/443/wss/p2p/${ID}`,
  `/dns4/router/tcp/443/wss/p2p/${ID}`,
  `/dns4/metadata.google.internal/tcp/443/wss/p2p/${ID}`,
  `/ip4/010.0.0.1/tcp/443/wss/p2p/${ID}`,
  `/ip6/::ffff:a00:1/tcp/443/wss/p2p/${ID}`,
  `/ip6/64:ff9b::a9fe:a9fe/tcp/443/wss/p2p/${ID}`,
  `/ip6/2002:a00:1::/tcp/443/wss/p2p/${ID}`,
  `/ip4/93.184.216.34/tcp/443/tls/sni/192.168.1.1/ws/p2p/${ID}`,
  `/ip4/93.184.216.34/tcp/443/tls/sni/3232255233/ws/p2p/${ID}`,
  `/dns4/relay.example.org/tcp/443/wss/p2p/${ID}/p2p-circuit/ip4/10.0.0.1/tcp/1/ws/p2p/${ID}`,
  `/p2p/${ID}/p2p-circuit/ip4/10.0.0.1/tcp/1/ws/p2p/${ID}`,
  `/sni/relay.example.org/tcp/443/wss/p2p/${ID}`,
])('a page from the internet never dials %s', (address) => {
  expect(internet(address)).toBe(false);
});

test.each([
  `/ip4/127.0.0.1/tcp/8080/ws/p2p/${ID}`,
  `/ip4/169.254.169.254/tcp/80/ws/p2p/${ID}`,
  `/dns4/2130706433/tcp/8080/ws/p2p/${ID}`,
])('a page from a private network never dials %s', (address) => {
  expect(lan(address)).toBe(false);
});

test('the host that served the page is dialled wherever it is', () => {
  const page = dialPolicy({ pageHost: '0.0.0.0', pageSecure: false, webrtc: true });
  expect(page(`/ip4/0.0.0.0/tcp/8080/ws/p2p/${ID}`)).toBe(true);
  expect(page(`/ip4/0.0.0.1/tcp/8080/ws/p2p/${ID}`)).toBe(false);
});

test('a page from a private network may dial into it, over plain ws if it came over plain http', () => {
  expect(lan(`/ip4/192.168.1.7/tcp/8080/ws/p2p/${ID}`)).toBe(true);
});

test.each(['', 'nonsense', '/ip4/1.2.3.4/tcp/80', '/ip4/1.2.3.4/udp/9/quic-v1', '/x'.repeat(500)])(
  'what is no address of a relay is not dialled: %j',
  (address) => {
    expect(local(address)).toBe(false);
  },
);

test('a browser without WebRTC dials WebSockets and circuits, and nothing else', () => {
  const mayDial = dialPolicy({ pageHost: 'call.example.org', pageSecure: true, webrtc: false });
  const relay = `/dns4/relay.example.org/tcp/443/wss/p2p/${ID}`;
  const circuit = `${relay}/p2p-circuit`;
  expect([relay, circuit].map(mayDial)).toEqual([true, true]);
  const direct = `/ip4/93.184.216.34/udp/9090/webrtc-direct/certhash/uEiA/p2p/${ID}`;
  expect([direct, `${circuit}/webrtc/p2p/${ID}`].map(mayDial)).toEqual([false, false]);
});
