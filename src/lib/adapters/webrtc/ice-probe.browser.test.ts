import { afterEach, expect, test } from 'vitest';
import type { OpenMicrophone } from '#lib/ports/media.ts';
import { openEcho } from './echo.ts';
import { browserIceProbe } from './ice-probe.ts';
import { browserMicrophones } from './microphones.ts';

const never = new AbortController().signal;
const closing: { close(): void }[] = [];
afterEach(() => {
  for (const one of closing.splice(0)) one.close();
});

async function microphone(): Promise<OpenMicrophone> {
  const opened = await browserMicrophones.open(undefined, never);
  closing.push(opened);
  return opened;
}

/** Nobody listens there. */
const SILENT_BOTH = {
  urls: ['stun:127.0.0.1:9', 'turn:127.0.0.1:9'],
  username: 'x',
  credential: 'x',
};
const SILENT_STUN = { urls: ['stun:127.0.0.1:9'] };
const SILENT_TURN = { urls: ['turn:127.0.0.1:9?transport=udp'], username: 'x', credential: 'x' };

test('own voice goes round, is heard, and its delay is told', async () => {
  const echo = await openEcho(await microphone(), [], never, 'all');
  closing.push(echo);
  await expect.poll(() => echo.level(), { timeout: 15_000 }).toBeGreaterThan(0.1);
  await expect.poll(() => echo.delayMs(), { timeout: 15_000 }).toBeGreaterThan(0);
  expect(await echo.delayMs()).toBeLessThan(2_000);
  expect(echo.turnHosts).toEqual([]);
});

test('through TURN alone it does not go where there is no TURN server', async () => {
  const signal = AbortSignal.timeout(1_000);
  const going = browserIceProbe.echo(await microphone(), [], signal);
  await expect(going).rejects.toMatchObject({ reason: 'no-path' });
});

test('nothing is heard of an echo that was closed', async () => {
  const echo = await openEcho(await microphone(), [], never, 'all');
  await expect.poll(() => echo.level(), { timeout: 15_000 }).toBeGreaterThan(0.1);
  echo.close();
  expect(echo.level()).toBe(0);
});

test('servers that do not answer are told as such, each by itself, at the signal', async () => {
  const signal = AbortSignal.timeout(1_000);
  const answers = await browserIceProbe.ask([SILENT_STUN, SILENT_TURN, SILENT_BOTH], signal);
  expect(answers).toEqual([undefined, undefined, undefined]);
  expect(await browserIceProbe.mappings([SILENT_STUN], AbortSignal.timeout(500))).toEqual([]);
});

test('a URL that the browser does not take is no answer', async () => {
  const servers = [{ urls: ['nonsense:x'] }, { urls: ['turn:127.0.0.1:9'] }];
  expect(await browserIceProbe.ask(servers, AbortSignal.timeout(1_000))).toEqual([
    undefined,
    undefined,
  ]);
});

test('what is asked after the signal has no answer', async () => {
  const aborted = AbortSignal.abort();
  expect(await browserIceProbe.ask([SILENT_STUN], aborted)).toEqual([undefined]);
});
