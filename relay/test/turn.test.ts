import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { TURN_PROTOCOL } from '#lib/protocol/names.ts';
import {
  TURN_ASKED_PER_PEER,
  TURN_KNOWN_AFTER_MS,
  TURN_KNOWN_FOR_MS,
  TURN_REQUEST_MAX_BYTES,
} from '../src/limits/limits.ts';
import type { RelayOptions } from '../src/options/options.ts';
import { credentialsFor, loadSecret } from '../src/turn/credentials.ts';
import { eventually } from './eventually.ts';
import { askTurn, hasCoturn, loginOf, speakerFor, turnProcesses } from './coturn.ts';
import {
  aPeer,
  aProxy,
  aReachablePeer,
  aRelay,
  connect,
  metric,
  newFolder,
  through,
} from './peers.ts';
import { createTurnGuests } from '../src/turn/turn-guests.ts';

const aTurnRelay = async (options: Partial<RelayOptions> = {}) => {
  const data = options.data ?? (await newFolder());
  const relay = await aRelay({ turn: true, ...options, data });
  const peer = await aPeer();
  const connection = await connect(peer, relay);
  const response = await askTurn(connection);
  return { relay, data, peer, connection, response, login: loginOf(response) };
};

/** Waits until so many have got an allocation: the one with which the relay tries its server may be there for a second. */
async function gets(count: number, ask: (device: string) => Promise<number>): Promise<void> {
  for (let device = 0; device < count; device += 1) {
    await eventually(async () => expect(await ask(String(device))).toBe(200), 10_000);
  }
}

describe.skipIf(!hasCoturn)('with coturn', () => {
  test('a peer gets URLs and credentials that work, for its own device and ten minutes', async () => {
    const { relay, peer, response, login } = await aTurnRelay();
    expect(relay.turn.available).toBe(true);
    expect(response.seconds).toBe(600);
    expect(response.urls).toEqual([
      expect.stringMatching(/^stun:127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^turn:127\.0\.0\.1:\d+\?transport=udp$/),
      expect.stringMatching(/^turn:127\.0\.0\.1:\d+\?transport=tcp$/),
    ]);
    const [expiry, device] = login.username.split(':');
    expect(device).toBe(peer.peerId.toString());
    expect(Math.abs(Number(expiry) - Date.now() / 1000 - 600)).toBeLessThan(30);
    const speaker = speakerFor(response);
    expect(await speaker.allocate(login)).toBe(200);
    await eventually(async () => expect(await metric(relay, 'woxly_turn_allocations')).toBe(1));
    expect(await speaker.free()).toBe(200);
    await eventually(async () => expect(await metric(relay, 'woxly_turn_allocations')).toBe(0));
    expect(await metric(relay, 'woxly_turn_credentials_total{outcome="given"}')).toBe(1);
  });

  test('what it is doing is in /healthz, /metrics and /relay.json', async () => {
    const { relay } = await aTurnRelay();
    const health = await fetch(`${relay.url}/healthz`);
    expect(health.status).toBe(200);
    expect(await health.text()).toBe('ok\nturn: up\n');
    expect(await metric(relay, 'woxly_turn_up')).toBe(1);
    expect(await (await fetch(`${relay.url}/relay.json`)).json()).toMatchObject({ turn: true });
  });

  test('expired, foreign and altered credentials are refused, and so is none at all', async () => {
    const { relay, data, response, login } = await aTurnRelay();
    const secret = await loadSecret(data);
    const device = login.username.split(':')[1] ?? '';
    const refused = {
      expired: credentialsFor(device, secret, Date.now() - 601_000),
      'of another relay': credentialsFor(device, 'f'.repeat(64), Date.now()),
      'for another device': { ...login, username: `${login.username}x` },
      'made longer': { ...login, username: login.username.replace(/^\d+/, '9999999999') },
      'without an expiry': {
        username: device,
        credential: createHmac('sha1', secret).update(device).digest('base64'),
      },
      empty: { username: login.username, credential: '' },
    };
    for (const [how, wrong] of Object.entries(refused)) {
      expect(await speakerFor(response).allocate(wrong), how).toBe(401);
    }
    // The very secret is right: the same made for now is let in.
    expect(await speakerFor(response).allocate(credentialsFor(device, secret, Date.now()))).toBe(
      200,
    );
    await eventually(async () =>
      expect(
        await metric(relay, 'woxly_turn_refused_total{reason="credentials"}'),
      ).toBeGreaterThanOrEqual(5),
    );
  });

  test('TCP is not relayed', async () => {
    const { response, login } = await aTurnRelay();
    expect(await speakerFor(response).allocate(login, { tcp: true })).not.toBe(200);
  });

  test('a device has its quota, however often it asks for credentials, and others have theirs', async () => {
    const { relay, data, connection, response, login } = await aTurnRelay({ turnUserQuota: 2 });
    const speakers = [speakerFor(response), speakerFor(response), speakerFor(response)] as const;
    expect(await speakers[0].allocate(login)).toBe(200);
    expect(await speakers[1].allocate(login)).toBe(200);
    expect(await speakers[2].allocate(login)).toBe(486);
    const other = credentialsFor('other', await loadSecret(data), Date.now());
    expect(await speakerFor(response).allocate(other)).toBe(200);
    const again = loginOf(await askTurn(connection));
    expect(await speakerFor(response).allocate(again)).toBe(486);
    await eventually(async () =>
      expect(await metric(relay, 'woxly_turn_refused_total{reason="quota"}')).toBeGreaterThan(0),
    );
  });

  test('an address has one quota, however many device keys it makes; who comes from elsewhere has another', async () => {
    const relay = await aRelay({
      turn: true,
      turnUserQuota: 3,
      exemptLoopback: false,
      trustedProxy: ['127.0.0.1'],
    });
    const from = async (address: string) => {
      const response = await askTurn(await connect(await aPeer(), await aProxy(relay, address)));
      return speakerFor(response).allocate(loginOf(response));
    };
    const codes = [];
    for (let device = 0; device < 5; device += 1) codes.push(await from('9.9.9.9'));
    expect(codes).toEqual([200, 200, 200, 486, 486]);
    expect(await from('9.9.9.8')).toBe(200);
    for (let device = 0; device < 3; device += 1) {
      expect(await from(`2a00:0:7:${device}::1`)).toBe(200);
    }
    expect(await from('2a00:0:7:9000::1'), 'the same /48').toBe(486);
    expect(await from('2a00:0:8::1')).toBe(200);
  });

  test('credentials name neither a device nor an address', async () => {
    const relay = await aRelay({ turn: true, exemptLoopback: false });
    const peer = await aPeer();
    const { username } = loginOf(await askTurn(await connect(peer, relay)));
    expect(username).toMatch(/^\d+:[\w-]{16}$/);
    expect(username).not.toContain(peer.peerId.toString().slice(0, 8));
    const other = loginOf(await askTurn(await connect(await aPeer(), relay)));
    expect(other.username.split(':')[1]).toBe(username.split(':')[1]);
  });

  test('when little is left, it is for those who were here before', async () => {
    const { relay, connection, response, data } = await aTurnRelay({ turnTotalQuota: 4 });
    const secret = await loadSecret(data);
    await gets(3, (device) =>
      speakerFor(response).allocate(credentialsFor(device, secret, Date.now())),
    );
    await eventually(() => expect(relay.turn.isScarce).toBe(true));
    const newcomer = await connect(await aPeer(), relay);
    expect(await askTurn(newcomer)).toMatchObject({ urls: [], seconds: 0 });
    const { now } = performance;
    vi.spyOn(performance, 'now').mockImplementation(
      () => now.call(performance) + TURN_KNOWN_AFTER_MS,
    );
    onTestFinished(() => void vi.restoreAllMocks());
    const old = await askTurn(connection);
    await gets(1, () => speakerFor(old).allocate(loginOf(old)));
    expect(await metric(relay, 'woxly_turn_credentials_total{outcome="reserved"}')).toBe(1);
  });

  test.each([
    ['::1', /^\[::1\]/],
    ['127.0.0.1', /^127/],
  ])('a relay at %s alone allocates as browsers ask, naming no family', async (host, where) => {
    const relay = await aRelay({ turn: true, host });
    expect(await (await fetch(`${relay.url}/healthz`)).text()).toBe('ok\nturn: up\n');
    expect(relay.turn.urls[0]?.replace('stun:', '')).toMatch(where);
    const login = relay.turn.credentials('somebody');
    expect(await speakerFor(relay.turn).allocate(login)).toBe(200);
    await eventually(async () => expect(await metric(relay, 'woxly_turn_allocations')).toBe(1));
  });

  test('no more is allocated in total than the operator said', async () => {
    const { data, response } = await aTurnRelay({ turnTotalQuota: 2 });
    const secret = await loadSecret(data);
    const ask = (device: string) =>
      speakerFor(response).allocate(credentialsFor(device, secret, Date.now()));
    await gets(2, ask);
    expect(await ask('c')).toBe(486);
  });

  test('no more bandwidth is promised than the operator said', async () => {
    const limits = { turnMaxBps: 1_000_000, turnBpsCapacity: 2_000_000 };
    const { data, response } = await aTurnRelay(limits);
    const secret = await loadSecret(data);
    const ask = (device: string) =>
      speakerFor(response).allocate(credentialsFor(device, secret, Date.now()));
    await gets(2, ask);
    expect(await ask('c')).toBe(486);
  });

  test('a server that is killed comes back, at the same place and with the same secret', async () => {
    const { relay, data, response, login } = await aTurnRelay();
    const [first = 0, ...more] = turnProcesses(data);
    expect(more).toEqual([]);
    process.kill(first, 'SIGKILL');
    await eventually(() => expect(turnProcesses(data)).not.toContain(first));
    expect((await fetch(`${relay.url}/healthz`)).status).toBe(200);
    await eventually(async () => expect(await metric(relay, 'woxly_turn_restarts_total')).toBe(1));
    await eventually(async () => expect(await metric(relay, 'woxly_turn_up')).toBe(1), 10_000);
    expect(await speakerFor(response).allocate(login)).toBe(200);
  });

  test('it ends with the relay', async () => {
    const { relay, data } = await aTurnRelay();
    expect(turnProcesses(data)).toHaveLength(1);
    await relay.stop();
    await eventually(() => expect(turnProcesses(data)).toEqual([]));
  });

  test('its secret and configuration are for the relay only', async () => {
    const { data } = await aTurnRelay();
    expect((await stat(join(data, 'turn.secret'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(data, 'turn'))).mode & 0o777).toBe(0o700);
    for (const name of await readdir(join(data, 'turn'))) {
      expect((await stat(join(data, 'turn', name))).mode & 0o077, name).toBe(0);
    }
  });

  test('a port that is taken is no obstacle where only this machine can come', async () => {
    const taken = createSocket('udp4').bind(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const { port: turnPort } = taken.address();
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, 'close');
    const { response, login } = await aTurnRelay({ port, turnPort });
    expect(response.urls[0]).not.toBe(`stun:127.0.0.1:${turnPort}`);
    expect(await speakerFor(response).allocate(login)).toBe(200);
  });

  test('who asks too often is cut off, and others are answered', async () => {
    const { relay, connection } = await aTurnRelay();
    for (let count = 1; count < TURN_ASKED_PER_PEER; count += 1) await askTurn(connection);
    await expect(askTurn(connection)).rejects.toThrow();
    expect(await metric(relay, 'woxly_turn_credentials_total{outcome="too-often"}')).toBe(1);
    const dropped = 'woxly_streams_dropped_total{protocol="turn",reason="too-often"}';
    expect(await metric(relay, dropped)).toBe(1);
    expect((await askTurn(await connect(await aPeer(), relay))).urls).not.toEqual([]);
  });
});

test('a device is known when it has asked for a while, and forgotten when it no longer does', () => {
  const clock = { now: 0 };
  const guests = createTurnGuests(() => clock.now);
  expect(guests.take('a', false)).toBe(true);
  expect(guests.take('a', true)).toBe(false);
  clock.now = TURN_KNOWN_AFTER_MS;
  expect(guests.take('a', true)).toBe(true);
  expect(guests.take('b', true)).toBe(false);
  clock.now += TURN_KNOWN_FOR_MS + 1;
  guests.sweep();
  expect(guests.take('a', true)).toBe(false);
});

test('a relay without coturn runs, and answers with no URLs', async () => {
  const relay = await aRelay({ turn: false });
  expect(await (await fetch(`${relay.url}/healthz`)).text()).toBe('ok\nturn: off\n');
  expect(await (await fetch(`${relay.url}/relay.json`)).json()).toMatchObject({ turn: false });
  const response = await askTurn(await connect(await aPeer(), relay));
  expect(response).toMatchObject({ urls: [], seconds: 0 });
  expect(await metric(relay, 'woxly_turn_credentials_total{outcome="none"}')).toBe(1);
});

test('a server that was asked for and is not there is a wrong option', async () => {
  const options = { turn: true, turnServer: '/nowhere/turnserver' } as const;
  await expect(aRelay(options)).rejects.toThrow("--turn-server: coturn's turnserver was not found");
});

test('a certificate that cannot be read is a wrong option', async () => {
  const options = {
    turn: true,
    turnServer: process.execPath,
    turnCertificate: '/nowhere.pem',
  } as const;
  await expect(aRelay(options)).rejects.toThrow('--turn-certificate: /nowhere.pem cannot be read');
});

test('a program that does not serve is restarted with pauses, and the relay goes on without', async () => {
  const relay = await aRelay({ turn: true, turnServer: process.execPath });
  expect(relay.turn).toMatchObject({ available: false, state: 'down', urls: [] });
  expect((await fetch(`${relay.url}/healthz`)).status).toBe(200);
  expect((await askTurn(await connect(await aPeer(), relay))).urls).toEqual([]);
});

test('credentials are for peers that have come themselves, not over a circuit', async () => {
  const relay = await aRelay();
  const bob = await aReachablePeer(relay);
  const connection = await (await aPeer()).dial(through(relay, bob));
  const asked = connection.newStream([TURN_PROTOCOL], { runOnLimitedConnection: true });
  await expect(asked).rejects.toThrow();
});

test.each([
  ['malformed', Uint8Array.of(3, 0xff, 0xff, 0xff)],
  ['oversized', Uint8Array.of(0x80 | ((TURN_REQUEST_MAX_BYTES + 1) & 0x7f), 2)],
])('a request that is %s costs the sender its stream', async (reason, frame) => {
  const relay = await aRelay();
  const connection = await connect(await aPeer(), relay);
  const stream = await connection.newStream([TURN_PROTOCOL]);
  const cut = new Promise((resolve) => stream.addEventListener('close', resolve));
  stream.send(frame);
  await cut;
  const dropped = `woxly_streams_dropped_total{protocol="turn",reason="${reason}"}`;
  expect(await metric(relay, dropped)).toBe(1);
  expect((await askTurn(connection)).urls).toEqual([]);
});
