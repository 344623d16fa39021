import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { NetworkInterfaceInfo } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadCertificate } from '../src/ways/certificate.ts';
import { createLog } from '../src/process/log.ts';
import { defaultOptions } from '../src/options/options.ts';
import { turnConfiguration } from '../src/turn/configuration.ts';
import { findTurnserver, isOldTurnserver, turnserverVersion } from '../src/turn/find-turnserver.ts';
import { turnPlace } from '../src/turn/place.ts';
import { startTurnServer } from '../src/turn/turn-server.ts';
import { runTurnserver } from '../src/turn/turn-process.ts';
import { eventually } from './eventually.ts';
import { newFolder } from './peers.ts';
import { hasCoturn, speakerFor, turnProcesses } from './coturn.ts';

/** The log of a relay, as event names. */
function aLog() {
  const lines: { level: string; event: string }[] = [];
  const log = createLog('info', (line) => void lines.push(JSON.parse(line) as (typeof lines)[0]));
  return { log, lines };
}

/** A key and its certificate in one file. */
const CERTIFICATE = 'webrtc-direct.pem';
const LOCAL = { addresses: ['127.0.0.1'], host: '127.0.0.1', local: true, allowedPeers: [] };
const starting = async (given: Partial<Parameters<typeof startTurnServer>[0]>) => {
  const { log, lines } = aLog();
  const server = await startTurnServer({
    options: { ...defaultOptions(), data: await newFolder() },
    place: LOCAL,
    anyPort: true,
    log,
    onRefused: () => undefined,
    ...given,
  });
  onTestFinished(() => server.stop());
  return { server, lines };
};

test('without coturn it is said once, and there is none', async () => {
  const { server, lines } = await starting({ find: () => Promise.resolve(undefined) });
  expect(server).toMatchObject({ available: false, state: 'off', urls: [] });
  expect(lines.map(({ event }) => event)).toEqual(['no turn server: coturn is not installed']);
});

test('a server that only this machine would reach is not started for a public relay', async () => {
  const find = () => Promise.resolve(process.execPath);
  const { server, lines } = await starting({ find, place: undefined });
  expect(server.state).toBe('off');
  expect(lines[0]?.event).toMatch(/^no turn server: it would only be reached from this machine/);
});

test('turnserver is looked for by name and by path', async () => {
  const node = process.execPath;
  expect(await findTurnserver(node, '')).toBe(node);
  expect(await findTurnserver('node', `/nowhere:${join(node, '..')}`)).toBe(node);
  expect(await findTurnserver('no-such-turnserver', process.env['PATH'] ?? '')).toBeUndefined();
  expect(await findTurnserver('/etc/passwd', '')).toBeUndefined();
});

test.each([
  ['4.6.1', true],
  ['4.8.9', true],
  ['3.9.0', true],
  [undefined, true],
  ['4.9.0', false],
  ['4.10.0', false],
  ['5.0', false],
])('%s has the known hole: %s', (version, old) => {
  expect(isOldTurnserver(version)).toBe(old);
});

const at = (address: string, family: 'IPv4' | 'IPv6' = 'IPv4') =>
  ({ address, family }) as NetworkInterfaceInfo;
const MACHINE = { lo: [at('127.0.0.1')], eth0: [at('8.8.4.4'), at('2600::5', 'IPv6')] };
const HOME = { lo: [at('127.0.0.1')], eth0: [at('192.168.1.5'), at('172.17.0.1')] };
const NOWHERE = {
  turnHost: '',
  webrtcHost: '',
  turnAnnounce: '',
  turnExternalIp: [],
  publicUrl: '',
};

test.each([
  ['localhost', NOWHERE, '127.0.0.1', MACHINE, ['127.0.0.1'], '127.0.0.1', true],
  ['on the internet', NOWHERE, '::', MACHINE, ['8.8.4.4', '2600::5'], '8.8.4.4', false],
  [
    'behind a proxy',
    { ...NOWHERE, publicUrl: 'https://relay.example', webrtcHost: '0.0.0.0' },
    '127.0.0.1',
    MACHINE,
    ['8.8.4.4'],
    'relay.example',
    false,
  ],
  [
    'behind another name',
    { ...NOWHERE, publicUrl: 'https://relay.example', turnAnnounce: 'turn.example' },
    '8.8.4.4',
    MACHINE,
    ['8.8.4.4'],
    'turn.example',
    false,
  ],
])('a relay %s', (_, options, bound, machine, addresses, host, local) => {
  expect(turnPlace(options, bound, machine)).toMatchObject({ addresses, host, local });
});

test('a public relay that listens on loopback has no place for TURN', () => {
  const options = { ...NOWHERE, publicUrl: 'https://relay.example' };
  expect(turnPlace(options, '127.0.0.1', MACHINE)).toBeUndefined();
});

test('its own private address is a peer, for calls through it on both ends, and no other', () => {
  expect(turnPlace(NOWHERE, '0.0.0.0', HOME)?.allowedPeers).toEqual(['192.168.1.5']);
  expect(turnPlace(NOWHERE, '0.0.0.0', MACHINE)?.allowedPeers).toEqual([]);
  const behindNat = { ...NOWHERE, turnExternalIp: ['8.8.4.4/192.168.1.5'] };
  expect(turnPlace(behindNat, '0.0.0.0', HOME)).toMatchObject({
    host: '8.8.4.4',
    allowedPeers: ['192.168.1.5'],
  });
});

test('loopback is no peer unless only this machine can come', () => {
  const setup = {
    addresses: ['8.8.4.4'],
    port: 3478,
    secret: 'x',
    externalIps: [],
    minPort: 1,
    maxPort: 2,
    allowedPeers: [],
    userQuota: 1,
    totalQuota: 2,
    maxBps: 3,
    bpsCapacity: 4,
    folder: '/x',
  };
  expect(turnConfiguration({ ...setup, local: false })).not.toMatch(/allow/);
  const lines = turnConfiguration({ ...setup, local: false }).split('\n');
  for (const line of ['no-tcp-relay', 'no-multicast-peers', 'no-cli', 'no-software-attribute']) {
    expect(lines).toContain(line);
  }
});

/** A program that prints its process ID and stays, run as turnserver is. */
async function aProgramThatStays() {
  const script = join(await newFolder(), 'stay');
  await writeFile(script, '#!/bin/sh\necho $PPID $$\nexec sleep 1000\n', { mode: 0o700 });
  const lines: string[] = [];
  const running = runTurnserver(script, 'unused', (line) => void lines.push(line));
  onTestFinished(() => running.kill());
  await eventually(() => expect(lines).toHaveLength(1), 5000);
  const [shell = 0, program = 0] = (lines[0] ?? '').split(' ').map(Number);
  const isAlive = (): boolean => process.kill(program, 0);
  expect(isAlive()).toBe(true);
  return { running, shell, isAlive };
}

test('a program ends when the pipe to it is closed', async () => {
  const { running, isAlive } = await aProgramThatStays();
  running.kill();
  await running.ended;
  expect(isAlive).toThrow('ESRCH');
});

test('a program ends when the shell around it is killed', async () => {
  const { running, shell, isAlive } = await aProgramThatStays();
  process.kill(shell, 'SIGKILL');
  await running.ended;
  await eventually(() => expect(isAlive).toThrow('ESRCH'), 5000);
});

describe.skipIf(!hasCoturn)('with coturn', () => {
  test('an old one is warned of once where others can come, and not where nobody can', async () => {
    const hole = /CVE-2026-27624/;
    const path = await findTurnserver('', process.env['PATH'] ?? '');
    const version = await turnserverVersion(path ?? '');
    expect(version).toMatch(/^\d+\.\d+/);
    const open = await starting({ place: { ...LOCAL, local: false } });
    const warnings = open.lines.filter(({ event }) => hole.test(event));
    expect(warnings).toHaveLength(isOldTurnserver(version) ? 1 : 0);
    const closed = await starting({});
    expect(closed.lines.filter(({ event }) => hole.test(event))).toEqual([]);
  });

  test('the first peers of a new server may come at the same moment', async () => {
    const { server } = await starting({});
    const codes = ['a', 'b', 'c', 'd', 'e', 'f'].map((device) =>
      speakerFor(server).allocate(server.credentials(device)),
    );
    expect(await Promise.all(codes)).toEqual([200, 200, 200, 200, 200, 200]);
  });

  test('a server that hangs is started again, at the same place', async () => {
    const options = { ...defaultOptions(), data: await newFolder() };
    const { server, lines } = await starting({ options, watchMs: 100 });
    const [hung] = turnProcesses(options.data);
    if (hung === undefined) throw new Error('no TURN server runs');
    process.kill(hung, 'SIGSTOP');
    await eventually(() => expect(turnProcesses(options.data)).not.toContain(hung), 25_000);
    await eventually(() => expect(server).toMatchObject({ state: 'up', restarts: 1 }));
    expect(lines.map(({ event }) => event)).toEqual([
      'turn server is up',
      'turn server is not up',
      'turn server is up',
    ]);
    expect(await speakerFor(server).allocate(server.credentials('a'))).toBe(200);
  });

  test('with a certificate it answers over TLS as well, and with another one once that is renewed', async () => {
    const [now, later] = [await newFolder(), await newFolder()];
    for (const folder of [now, later]) await loadCertificate(folder);
    const [file = '', renewed = ''] = [now, later].map((folder) => join(folder, CERTIFICATE));
    const options = { ...defaultOptions(), turnCertificate: file, turnKey: file };
    const { server } = await starting({
      options: { ...options, data: await newFolder() },
      certificateLookMs: 100,
    });
    const url = server.urls.find((candidate) => candidate.startsWith('turns:')) ?? '';
    const port = Number(/^turns:127\.0\.0\.1:(\d+)\?transport=tcp$/.exec(url)?.[1]);
    const connected = async () => {
      const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
      onTestFinished(() => void socket.destroy());
      await once(socket, 'secureConnect');
      return socket;
    };
    const serves = async () => (await connected()).getPeerX509Certificate()?.fingerprint256;
    const answers = async (socket: TLSSocket) => {
      const binding = Buffer.from('000100002112a442000102030405060708090a0b', 'hex');
      socket.write(binding);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.subarray(8, 20)).toEqual(binding.subarray(8));
      expect(answer.readUInt16BE(0)).toBe(0x0101);
    };
    const socket = await connected();
    await answers(socket);
    expect(['TLSv1.2', 'TLSv1.3']).toContain(socket.getProtocol());

    const fingerprint = (path: string) => new X509Certificate(readFileSync(path)).fingerprint256;
    expect(await serves()).toBe(fingerprint(file));
    await rename(renewed, file);
    await eventually(async () => expect(await serves()).toBe(fingerprint(file)), 20_000);
    // Whoever was connected before goes on.
    await answers(socket);
  });

  test('no orphan is left when the relay is killed', async () => {
    const data = await newFolder();
    const args = ['--port', '0', '--no-webrtc-direct', '--turn', 'true', '--data', data];
    const relay = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts'), ...args]);
    onTestFinished(() => void relay.kill('SIGKILL'));
    await once(relay.stdout, 'data');
    expect(turnProcesses(data)).toHaveLength(1);
    relay.kill('SIGKILL');
    await once(relay, 'exit');
    await eventually(() => expect(turnProcesses(data)).toEqual([]), 10_000);
  });
});
