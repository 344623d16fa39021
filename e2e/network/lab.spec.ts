import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect, test as base } from '@playwright/test';
import { SERVERS } from './lab/addresses.ts';
import { Lab } from './lab/lab.ts';
import type { Machine } from './lab/machine.ts';
import type { NatType } from './lab/nat.ts';
import { FIRST_PORT } from './lab/probe.ts';
import type { Probed } from './lab/probe.ts';

/** The laboratory does what it says; without that no other test here means anything. */

const [A, B] = SERVERS;
const PROBE = `${import.meta.dirname}/lab/probe.ts`;

const test = base.extend<{ lab: Lab }>({
  lab: async ({}, use) => {
    const answering = await answer();
    const lab = new Lab();
    await use(lab);
    await lab.close();
    answering.forEach((socket) => socket.close());
  },
});

interface Expected {
  readonly otherPort: boolean;
  readonly otherHost: boolean;
  /** Public ports for three destinations. */
  readonly ports: 1 | 3;
}

const EXPECTED: Readonly<Record<Exclude<NatType, 'udp-blocked'>, Expected>> = {
  none: { otherPort: true, otherHost: true, ports: 1 },
  'full-cone': { otherPort: true, otherHost: true, ports: 1 },
  'address-restricted': { otherPort: true, otherHost: false, ports: 1 },
  'port-restricted': { otherPort: false, otherHost: false, ports: 1 },
  symmetric: { otherPort: false, otherHost: false, ports: 3 },
};

for (const [nat, expected] of Object.entries(EXPECTED)) {
  test(`${nat}: maps and filters as its name says`, async ({ lab }) => {
    const machine = await lab.machine('a', { nat: nat as NatType, roundTripMs: 20 });
    const { ports, ...probed } = await probe(machine);
    expect(probed).toMatchObject({
      reached: true,
      otherPort: expected.otherPort,
      otherHost: expected.otherHost,
      publicAddress: machine.publicAddress,
    });
    expect(ports).toHaveLength(expected.ports);
    expect(probed.roundTripMs).toBeGreaterThanOrEqual(20);
  });
}

test('udp-blocked: no UDP, and TCP to port 443 only', async ({ lab }) => {
  const machine = await lab.machine('a', { nat: 'udp-blocked' });
  expect((await probe(machine)).reached).toBe(false);
  // Nobody listens: an attempt that gets out brings back a refusal, any other nothing at all.
  const attempt = async (port: number) => {
    const script = `require('node:net').connect({ host: '${A}', port: ${port}, timeout: 500 })
      .on('error', ({ code }) => { console.log(code); process.exit(); })
      .on('timeout', () => { console.log('silence'); process.exit(); })`;
    return (await text(machine.spawn([process.execPath, '-e', script]).stdout)).trim();
  };
  expect(await attempt(443)).toBe('ECONNREFUSED');
  expect(await attempt(8080)).toBe('silence');
});

test('a cut link is silent and an unplugged one is gone; both come back', async ({ lab }) => {
  const machine = await lab.machine('a');
  for (const how of ['silent', 'unplugged'] as const) {
    await machine.cut(how);
    expect((await probe(machine)).reached).toBe(false);
    await machine.restore();
    expect((await probe(machine)).reached).toBe(true);
  }
});

test('who moves has another address, another NAT and another link', async ({ lab }) => {
  const machine = await lab.machine('a', { roundTripMs: 4 });
  const before = await probe(machine);
  await machine.move({ nat: 'symmetric', roundTripMs: 40, gapMs: 50 });
  const after = await probe(machine);
  expect(after.publicAddress).not.toBe(before.publicAddress);
  expect(after.ports).toHaveLength(3);
  expect(after.roundTripMs).toBeGreaterThanOrEqual(40);
});

test('a link loses as many packets as it is told to', async ({ lab }) => {
  const machine = await lab.machine('a', { nat: 'none' });
  await machine.reshape({ lossPercent: 30 });
  const sent = 3_000;
  const shout = `for (let n = 0; n < ${sent}; n++) s.send('x', ${FIRST_PORT}, '${A}', n === ${sent - 1} ? () => s.close() : undefined)`;
  const script = `const s = require('node:dgram').createSocket('udp4'); ${shout}`;
  await once(machine.spawn([process.execPath, '-e', script]), 'close');
  const { up } = await machine.stats();
  expect(up.lost / (up.lost + up.packets)).toBeCloseTo(0.3, 1);
});

test('a capture has the packets that were asked for, and no others', async ({ lab }) => {
  const machine = await lab.machine('a');
  const capture = await machine.capture(`udp and dst host ${B}`);
  await probe(machine);
  const packets = await capture.end();
  expect(packets.length).toBeGreaterThan(0);
  expect(packets.filter((line) => !line.includes(`> ${B}.`))).toEqual([]);
});

test('nothing here leads to the real network, and what is closed is gone', async ({ lab }) => {
  const devices = () => readdirSync('/proc/sys/net/ipv4/conf');
  const before = devices();
  expect(before.filter((name) => !['all', 'default', 'lo'].includes(name))).toEqual([]);
  await lab.machine('a');
  expect(devices()).not.toEqual(before);
  await lab.close();
  expect(devices()).toEqual(before);
});

async function probe(machine: Machine): Promise<Probed> {
  const { stdout } = machine.spawn([process.execPath, PROBE, A, B]);
  return JSON.parse(await text(stdout)) as Probed;
}

/** The internet's side of the probe. */
async function answer(): Promise<readonly Socket[]> {
  const named = new Map<string, Socket>();
  for (const [name, address] of [
    ['A', A],
    ['B', B],
  ] as const) {
    for (const port of [1, 2]) {
      const socket = createSocket('udp4');
      socket.bind(FIRST_PORT + port - 1, address);
      await once(socket, 'listening');
      named.set(`${name}${port}`, socket);
    }
  }
  for (const socket of named.values()) {
    socket.on('message', (message, { address, port }) => {
      const name = String(message);
      named.get(name)?.send(`${name} ${address} ${port}`, port, address);
    });
  }
  return [...named.values()];
}
