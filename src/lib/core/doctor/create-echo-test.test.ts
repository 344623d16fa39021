import { expect, test } from 'vitest';
import { createScope } from '#lib/domain/scope.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import type { IceServer } from '#lib/ports/media.ts';
import { FakeClock, settled } from '#lib/testing/fake-clock.ts';
import { FakeIceProbe } from '#lib/testing/fake-ice-probe.ts';
import { FakeMicrophones } from '#lib/testing/fake-microphones.ts';
import type { RelayView } from '../relays/reachability.ts';
import { createEchoTest } from './create-echo-test.ts';

const RELAY: RelayView = {
  address: '/dns4/relay.example/tcp/443/wss/p2p/12D3KooWRelay' as RelayAddress,
  state: 'reachable',
  origin: 'page',
  preferred: false,
  operator: 'Example Society',
};
const LOGIN = { username: '9:device', credential: 'x' };

function anEcho() {
  const clock = new FakeClock();
  const probe = new FakeIceProbe();
  const microphones = new FakeMicrophones();
  const world = {
    supported: true,
    servers: [
      { urls: ['stun:relay.example:3478'] },
      { urls: ['turn:relay.example:3478?transport=udp'], ...LOGIN },
    ] as readonly IceServer[],
  };
  const echo = createEchoTest({
    clock,
    probe,
    microphones,
    settings: { current: DEFAULT_SETTINGS },
    get supported() {
      return world.supported;
    },
    reachability: { ofServer: (host) => (host === 'relay.example' ? RELAY : undefined) },
    iceServers: () => world.servers,
    scope: createScope(),
  });
  return { echo, clock, probe, microphones, world };
}

test('own voice comes back: through whom, how late, and whether it was heard', async () => {
  const { echo, probe, clock, microphones } = anEcho();
  expect(echo.view).toEqual({ state: 'idle' });
  const starting = echo.start();
  expect(echo.view).toEqual({ state: 'starting' });
  await starting;
  expect(echo.view).toEqual({ state: 'running', via: 'Example Society', heard: false });
  const [path] = probe.opened;
  if (path === undefined) throw new Error('no path');
  path.loudness = 0.4;
  path.delay = 180;
  await clock.advance(500);
  expect(echo.view).toEqual({
    state: 'running',
    via: 'Example Society',
    delayMs: 180,
    heard: true,
  });
  expect(echo.levels()).toEqual({ own: 0.5, back: 0.4 });
  path.loudness = 0;
  await clock.advance(500);
  expect(echo.view).toMatchObject({ heard: true });
  echo.stop();
  expect(echo.view).toEqual({ state: 'idle' });
  expect(path.closed).toBe(true);
  expect(microphones.recording).toBe(0);
  expect(echo.levels()).toEqual({ own: 0, back: 0 });
  expect(clock.waiting).toBe(0);
});

test('the server that carries it is named as the browser tells', async () => {
  const { echo, probe } = anEcho();
  probe.turnHosts = ['other.example', 'relay.example', 'relay.example'];
  await echo.start();
  expect(echo.view).toMatchObject({ via: 'other.example / Example Society' });
});

test('without TURN it says so after a while, and opens no microphone', async () => {
  const { echo, world, microphones, clock } = anEcho();
  world.servers = [{ urls: ['stun:relay.example:3478'] }];
  const starting = echo.start();
  await clock.advance(10_000);
  await starting;
  expect(echo.view).toEqual({ state: 'failed', why: 'no-turn' });
  expect(microphones.opened).toEqual([]);
  expect(clock.waiting).toBe(0);
});

test('credentials that come a moment after the page has opened are waited for', async () => {
  const { echo, world, clock } = anEcho();
  const { servers } = world;
  world.servers = [];
  const starting = echo.start();
  await clock.advance(1_000);
  world.servers = servers;
  await clock.advance(1_000);
  await starting;
  expect(echo.view).toMatchObject({ state: 'running' });
  echo.stop();
});

test.each(['refused', 'missing', 'failed'] as const)('a microphone that is %s', async (problem) => {
  const { echo, microphones, probe } = anEcho();
  microphones.behaviour = problem;
  await echo.start();
  expect(echo.view).toEqual({ state: 'failed', why: problem });
  expect(probe.opened).toEqual([]);
});

test('no path through TURN, at once or after a while', async () => {
  const { echo, clock, probe, microphones } = anEcho();
  probe.echoes = 'fail';
  await echo.start();
  expect(echo.view).toEqual({ state: 'failed', why: 'no-path' });
  probe.echoes = 'wait';
  const starting = echo.start();
  await clock.advance(20_000);
  await starting;
  expect(echo.view).toEqual({ state: 'failed', why: 'no-path' });
  expect(microphones.recording).toBe(0);
  expect(probe.opened.every(({ closed }) => closed)).toBe(true);
  expect(clock.waiting).toBe(0);
});

test('a microphone that is taken away ends it with that reason', async () => {
  const { echo, microphones, probe } = anEcho();
  await echo.start();
  microphones.opened[0]?.lose();
  expect(echo.view).toEqual({ state: 'failed', why: 'missing' });
  expect(probe.opened[0]?.closed).toBe(true);
});

test('stop while it starts leaves nothing open, also what opens later', async () => {
  const { echo, microphones, probe, clock } = anEcho();
  microphones.behaviour = 'waits';
  const starting = echo.start();
  await settled();
  echo.stop();
  expect(echo.view).toEqual({ state: 'idle' });
  microphones.allow();
  await starting;
  await settled();
  expect(microphones.recording).toBe(0);
  expect(probe.opened).toEqual([]);
  expect(echo.view).toEqual({ state: 'idle' });
  expect(clock.waiting).toBe(0);
});

test('a forgotten one ends by itself; a second start while it runs is none', async () => {
  const { echo, clock, microphones } = anEcho();
  await echo.start();
  await echo.start();
  expect(microphones.opened).toHaveLength(1);
  await clock.advance(120_000);
  expect(echo.view).toEqual({ state: 'idle' });
  expect(microphones.recording).toBe(0);
});

test('a browser without voice connections is told as that, and the microphone stays closed', async () => {
  const { echo, microphones, probe, world } = anEcho();
  world.supported = false;
  await echo.start();
  expect(echo.view).toEqual({ state: 'failed', why: 'unsupported' });
  expect(microphones.opened).toEqual([]);
  expect(probe.opened).toEqual([]);
});
