import { expect, test } from 'vitest';
import type { IdentityKey } from '#lib/domain/ids.ts';
import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import {
  aDoctor,
  KEY,
  MAPPED,
  SECOND,
  SECOND_STUN,
  STUN,
  TCP,
  TLS,
  UDP,
  WORKS,
} from '#lib/testing/doctor-world.ts';
import { settled, until } from '#lib/testing/fake-clock.ts';
import type { DoctorCheck } from './doctor.ts';

const find = <K extends DoctorCheck['check']>(checks: readonly DoctorCheck[], check: K) =>
  checks.filter((one): one is Extract<DoctorCheck, { check: K }> => one.check === check);
const states = (checks: readonly DoctorCheck[]) =>
  checks.map((one) => `${one.check === 'turn' ? one.transport : one.check} ${one.state}`);

test('a page that has just opened waits for its relays before it says that all is well', async () => {
  const { doctor, world, learn, clock } = aDoctor();
  const { relays } = world;
  world.relays = [];
  world.status = 'connecting';
  const run = doctor.run();
  await clock.advance(500);
  expect(doctor.checks).toEqual([]);
  learn(relays);
  await run;
  expect(find(doctor.checks, 'relay').map(({ state }) => state)).toEqual(['good', 'good']);
});

test('where no relay becomes known it does not wait for ever', async () => {
  const { world, ran } = aDoctor();
  world.relays = [];
  world.status = 'connecting';
  expect(find(await ran(), 'relay')).toEqual([]);
  world.status = 'offline';
  expect(find(await ran(), 'udp')).toHaveLength(1);
});

test('where all is well it says so, check by check', async () => {
  const { ran, microphones } = aDoctor();
  const checks = await ran();
  expect(states(checks)).toEqual([
    ...['microphone good', 'relay good', 'relay good', 'udp good', 'stun good'],
    ...['udp good', 'tcp good', 'tls good', 'nat good'],
  ]);
  expect(find(checks, 'relay').map(({ name }) => name)).toEqual([
    'Example Society',
    'second.example',
  ]);
  expect(find(checks, 'stun')[0]?.mapped).toBe(MAPPED);
  expect(find(checks, 'turn').map(({ tookMs }) => tookMs)).toEqual([50, 90, 150]);
  expect(find(checks, 'nat')[0]?.kind).toBe('cone');
  expect(microphones.opened).toHaveLength(1);
  expect(microphones.recording).toBe(0);
});

test('it is followed while it runs, and leaves no timer behind', async () => {
  const { doctor, clock, ran } = aDoctor();
  const seen: string[] = [];
  doctor.watch(() => void seen.push(`${doctor.running} ${doctor.checks[0]?.state ?? ''}`));
  expect(doctor.checks).toEqual([]);
  await ran();
  expect(seen).toContain('true running');
  expect(seen.at(-1)).toBe('false good');
  expect(clock.waiting).toBe(0);
});

test.each(['refused', 'missing', 'failed'] as const)('a microphone that is %s', async (problem) => {
  const { ran, microphones } = aDoctor();
  microphones.behaviour = problem;
  const checks = await ran();
  expect(checks[0]).toEqual({ state: 'bad', check: 'microphone', problem });
  expect(find(checks, 'udp')[0]?.state).toBe('good');
});

test('a question about the microphone that nobody answers does not hold the rest up', async () => {
  const { ran, microphones } = aDoctor();
  microphones.behaviour = 'waits';
  const checks = await ran();
  expect(checks[0]).toMatchObject({ state: 'bad', problem: 'failed' });
  expect(find(checks, 'nat')[0]?.state).toBe('good');
  expect(microphones.recording).toBe(0);
});

test.each([
  ['unreachable', { reached: 'unreachable' }, 'bad'],
  ['refusing', { reached: 'refused' }, 'bad'],
  ['that answers no lookup', { ...WORKS, lookup: false }, 'warning'],
  ['whose TURN is silent', { ...WORKS, turn: 'silent' }, 'warning'],
  ['without TURN', { ...WORKS, turn: 'none' }, 'good'],
] as const)('a relay %s', async (_, result, state) => {
  const { ran, world } = aDoctor();
  world.tests.set(world.relays[1]?.address ?? '', result);
  const checks = find(await ran(), 'relay');
  expect(checks.map((check) => check.state)).toEqual(['good', state]);
  expect(checks[1]?.result).toEqual(result);
});

test('one dead server takes its time and hides no answer of the others', async () => {
  const { ran, probe } = aDoctor();
  probe.answers.delete(SECOND_STUN);
  probe.answers.delete(SECOND);
  const checks = await ran();
  expect(find(checks, 'stun')[0]?.state).toBe('good');
  expect(find(checks, 'turn')[0]).toMatchObject({ state: 'good', tookMs: 60 });
  // With one server alone it cannot be told.
  expect(find(checks, 'nat')[0]?.kind).toBe('unknown');
});

test('without any server nothing is claimed', async () => {
  const { ran, world, probe } = aDoctor();
  world.servers = [];
  expect(states(await ran()).slice(3)).toEqual([
    ...['udp skipped', 'stun skipped', 'udp skipped', 'tcp skipped', 'tls skipped', 'nat skipped'],
  ]);
  expect(probe.asked).toEqual([]);
});

test('where only TLS gets through, UDP is blocked', async () => {
  const { ran, probe } = aDoctor();
  probe.answers.clear();
  probe.answers.set(TLS, { relayed: true, tookMs: 200 });
  const checks = await ran(KEY);
  expect(states(checks).slice(3)).toEqual([
    ...['udp bad', 'stun bad', 'udp bad', 'tcp bad', 'tls good', 'nat warning', 'verdict good'],
  ]);
  expect(find(checks, 'nat')[0]?.kind).toBe('blocked');
  expect(find(checks, 'verdict')[0]?.verdict).toEqual({ path: 'relayed', via: 'Example Society' });
});

test.each([
  ['no NAT', { open: true, mapped: ['198.51.100.7:4'] }, 'open', 'good'],
  [
    'a port for each server',
    { mapped: ['198.51.100.7:4', '198.51.100.7:5'] },
    'symmetric',
    'warning',
  ],
  ['an address of each family', { mapped: ['198.51.100.7:4', '[2001:db8::1]:4'] }, 'cone', 'good'],
] as const)('%s', async (_, { mapped, ...signs }, kind, state) => {
  const { ran, probe } = aDoctor();
  probe.mapped = mapped;
  if ('open' in signs) {
    for (const url of [STUN, SECOND_STUN]) {
      probe.answers.set(url, { mapped: MAPPED, open: true, relayed: false, tookMs: 9 });
    }
  }
  expect(find(await ran(), 'nat')[0]).toMatchObject({ kind, state });
});

test.each([
  ['there, with TURN to fall back on', 'there', {}, { path: 'likely', via: 'second.example' }],
  ['connected to directly', 'direct', {}, { path: 'direct' }],
  ['connected to through TURN', 'relayed', {}, { path: 'relayed', via: 'second.example' }],
  [
    'whose key has changed',
    'direct',
    { keyChanged: true },
    { path: 'impossible', because: 'key-changed' },
  ],
  ['not found', 'not-found', {}, { path: 'impossible', because: 'not-found' }],
  ['not reachable', 'not-reachable', {}, { path: 'impossible', because: 'not-reachable' }],
  ['looked for while offline', 'offline', {}, { path: 'impossible', because: 'offline' }],
  ['not to see our address', 'direct', { hide: true }, { path: 'relayed', via: 'second.example' }],
  [
    'not to see our address, without TURN',
    'there',
    { hide: true, turn: false },
    { path: 'impossible', because: 'hidden-no-relay' },
  ],
  ['there, without TURN', 'there', { turn: false }, { path: 'likely' }],
  [
    'there, without UDP and TURN',
    'there',
    { turn: false, udp: false },
    { path: 'impossible', because: 'no-turn' },
  ],
] as const)('a contact %s', async (_, where, given, verdict) => {
  const { ran, world, probe } = aDoctor();
  const signs: { hide?: boolean; turn?: boolean; udp?: boolean; keyChanged?: boolean } = given;
  world.where = where;
  world.contact = {
    ...world.contact,
    hideAddress: signs.hide ?? false,
    ...(signs.keyChanged && { keyBefore: '12D3KooWBefore' as IdentityKey }),
  };
  if (signs.turn === false) world.servers = [{ urls: [STUN] }];
  if (signs.udp === false) probe.answers.clear();
  // The second relay's server answers sooner, but the first is the one in front of the list.
  probe.answers.delete(UDP);
  const check = find(await ran(KEY), 'verdict')[0];
  expect(check).toEqual({
    check: 'verdict',
    name: 'Bob Secret',
    state: verdict.path === 'impossible' ? 'bad' : 'good',
    verdict,
  });
  // Whom no call would be placed to is not dialled either.
  const refused = signs.keyChanged ?? (signs.hide && signs.turn === false);
  expect(world.lookedUp).toEqual(refused ? [] : [KEY]);
});

test('behind a symmetric NAT without TURN little is promised', async () => {
  const { ran, world, probe } = aDoctor();
  world.servers = [{ urls: [STUN] }];
  probe.mapped = ['198.51.100.7:4', '198.51.100.7:5'];
  expect(find(await ran(KEY), 'verdict')[0]).toMatchObject({
    state: 'warning',
    verdict: { path: 'likely' },
  });
});

test('the global switch hides the address from contacts too', async () => {
  const { ran, world } = aDoctor();
  world.settings = { ...DEFAULT_SETTINGS, hideAddress: true };
  expect(find(await ran(KEY), 'verdict')[0]?.verdict?.path).toBe('relayed');
});

test('a search that fails is a contact that is not reachable', async () => {
  const { ran, world } = aDoctor();
  world.where = new Error('broken');
  expect(find(await ran(KEY), 'verdict')[0]?.verdict).toEqual({
    path: 'impossible',
    because: 'not-reachable',
  });
});

test('parts that hang or throw end the run all the same', async () => {
  const { doctor, ran, probe } = aDoctor();
  probe.hangs = true;
  const checks = await ran(KEY);
  expect(doctor.running).toBe(false);
  expect(checks.filter(({ state }) => state === 'running' || state === 'waiting')).toEqual([]);
});

test('stop ends it at once, and says what was not looked at', async () => {
  const { doctor, microphones, clock } = aDoctor();
  microphones.behaviour = 'waits';
  const run = doctor.run(KEY);
  await settled();
  expect(doctor.running).toBe(true);
  doctor.stop();
  await run;
  expect(doctor.running).toBe(false);
  expect(new Set(doctor.checks.map(({ state }) => state))).toEqual(new Set(['stopped']));
  expect(microphones.recording).toBe(0);
  expect(clock.waiting).toBe(0);
});

test('a second run ends the first and then begins', async () => {
  const { doctor, microphones, clock } = aDoctor();
  microphones.behaviour = 'waits';
  const first = doctor.run();
  await settled();
  const second = doctor.run(KEY);
  await first;
  await until(() => find(doctor.checks, 'verdict').length === 1);
  microphones.allow();
  while (doctor.running) await clock.advance(1000);
  await second;
  expect(find(doctor.checks, 'verdict')[0]?.state).toBe('good');
});

test('the report has what helps, and no key, name or address', async () => {
  const { doctor, ran, world, probe } = aDoctor();
  world.tests.set(world.relays[1]?.address ?? '', { reached: 'unreachable' });
  probe.answers.delete(TCP);
  await ran(KEY);
  const text = doctor.report();
  expect(text).toBe(
    [
      'WOXLY connection report',
      'Microphone: good',
      'Relay 1: good (reached in 120 ms, round trip 40 ms, lookup works, TURN works)',
      'Relay 2: bad (unreachable)',
      'UDP: good',
      'STUN address: good',
      'TURN by UDP: good (50 ms)',
      'TURN by TCP: bad',
      'TURN by TLS: good (150 ms)',
      'NAT: good (cone)',
      'Call with a contact: good (likely)',
      '',
    ].join('\n'),
  );
  expect(text).not.toMatch(/secret|example|12D3|198\.51|relay\.|\/dns4/i);
});

test('a browser without voice connections blames itself, and neither network nor relays', async () => {
  const { doctor, ran, world, microphones, probe } = aDoctor();
  world.supported = false;
  probe.answers.clear();
  const checks = await ran(KEY);
  expect(states(checks)).toEqual(['browser bad', 'relay good', 'relay good', 'verdict bad']);
  expect(find(checks, 'verdict')[0]?.verdict).toEqual({
    path: 'impossible',
    because: 'unsupported',
  });
  expect(microphones.opened).toEqual([]);
  expect(doctor.report()).toContain('Voice connections of the browser: bad');
});

test('a chosen microphone that is busy is told, and which one opens in its place', async () => {
  const { doctor, ran, microphones, world } = aDoctor();
  world.settings = { ...DEFAULT_SETTINGS, microphone: 'headset' };
  microphones.busy.add('headset');
  const [microphone] = await ran();
  expect(microphone).toEqual({
    state: 'warning',
    check: 'microphone',
    instead: 'Spare microphone',
  });
  expect(doctor.report()).not.toContain('Spare');
});
