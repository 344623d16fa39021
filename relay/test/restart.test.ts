import { randomUUID } from 'node:crypto';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keepFile } from '../src/process/keep-file.ts';
import { startRelay } from '../src/start-relay.ts';
import { newFolder } from './peers.ts';

const certhash = (addresses: readonly string[]) =>
  addresses.map((address) => /certhash\/([\w-]+)/.exec(address)?.[1]).find(Boolean);

test('a restart keeps the peer ID and the certhash; another folder has others', async () => {
  const folder = await newFolder();
  const start = async (data: string) => {
    const relay = await startRelay({ port: 0, data, app: join(folder, 'none'), turn: false });
    await relay.stop();
    return { peerId: relay.peerId, certhash: certhash(relay.multiaddrs) };
  };
  const before = await start(folder);
  expect(before.certhash).toMatch(/^uEi/);
  expect(await start(folder)).toEqual(before);
  const other = await start(join(folder, 'other'));
  expect(other.peerId).not.toBe(before.peerId);
  expect(other.certhash).not.toBe(before.certhash);
  for (const name of ['identity.key', 'webrtc-direct.pem']) {
    expect((await stat(join(folder, name))).mode & 0o777, name).toBe(0o600);
  }
  const names = ['identity.key', 'lock', 'other', 'webrtc-direct.pem'];
  expect((await readdir(folder)).sort()).toEqual(names);
});

test('of two that make a file at once both get the one that was first', async () => {
  const path = join(await newFolder(), 'key');
  const texts = await Promise.all(
    ['a', 'b', 'c'].map((text) => keepFile(path, () => Promise.resolve(text))),
  );
  expect(new Set(texts).size).toBe(1);
  expect(await readdir(join(path, '..'))).toEqual(['key']);
});

test('a file that cannot be written whole leaves nothing behind', async () => {
  const folder = await newFolder();
  const full = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
  await expect(keepFile(join(folder, 'key'), full)).rejects.toThrow('full');
  expect(await readdir(folder)).toEqual([]);
});

test('what was being written when a relay was killed is gone after the next start', async () => {
  const folder = await newFolder();
  const unfinished = (name: string) => join(folder, `${name}.${randomUUID()}.new`);
  await writeFile(unfinished('identity.key'), 'a whole key');
  await writeFile(unfinished('turn.secret'), '');
  await writeFile(join(folder, 'notes.new'), 'of the operator');
  const relay = await startRelay({ port: 0, data: folder, webrtcDirect: false, turn: false });
  await relay.stop();
  expect((await readdir(folder)).sort()).toEqual(['identity.key', 'lock', 'notes.new']);
});

test('two relays do not use one folder, and the second can have it when the first has stopped', async () => {
  const folder = await newFolder();
  const options = { port: 0, data: folder, webrtcDirect: false, turn: false } as const;
  const first = await startRelay(options);
  await expect(startRelay(options)).rejects.toThrow(`--data: ${folder} is in use by another relay`);
  expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
  await first.stop();
  const second = await startRelay(options);
  expect(second.peerId).toBe(first.peerId);
  await second.stop();
});

test('a relay that cannot start leaves its port free', async () => {
  const folder = await newFolder();
  const running = await startRelay({ port: 0, data: folder, webrtcDirect: false, turn: false });
  const port = Number(new URL(running.url).port);
  await expect(
    startRelay({ port, data: folder, webrtcDirect: false, turn: false }),
  ).rejects.toThrow(`--port: ${port} is in use`);
  expect((await fetch(`${running.url}/healthz`)).status).toBe(200);
  await running.stop();
  const again = await startRelay({ port, data: folder, webrtcDirect: false, turn: false });
  expect(again.url).toBe(running.url);
  await again.stop();
});
