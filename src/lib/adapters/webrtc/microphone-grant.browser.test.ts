import { afterEach, expect, test, vi } from 'vitest';
import { MicrophoneGrant } from './microphone-grant.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What the browser says. */
function browserSays(state: PermissionState, kinds: readonly MediaDeviceKind[]) {
  const status = { state };
  vi.spyOn(navigator.permissions, 'query').mockResolvedValue(status as PermissionStatus);
  const devices = vi.spyOn(navigator.mediaDevices, 'enumerateDevices');
  const have = (now: readonly MediaDeviceKind[]) =>
    devices.mockResolvedValue(now.map((kind) => ({ kind }) as MediaDeviceInfo));
  have(kinds);
  return { status, have };
}

async function watched(): Promise<MicrophoneGrant> {
  const grant = new MicrophoneGrant();
  await grant.watch();
  return grant;
}

test('is granted when the person allowed it and one is there, and follows both', async () => {
  const { status, have } = browserSays('granted', ['audiooutput', 'audioinput']);
  const grant = await watched();
  expect(grant.granted).toBe(true);
  status.state = 'denied';
  expect(grant.granted).toBe(false);
  status.state = 'granted';
  have(['audiooutput']);
  navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  await vi.waitFor(() => {
    expect(grant.granted).toBe(false);
  });
});

test.each(['prompt', 'denied'] as const)(
  'is not granted when the browser says %s',
  async (state) => {
    browserSays(state, ['audioinput']);
    expect((await watched()).granted).toBe(false);
  },
);

test('is not granted by a browser that does not tell', async () => {
  browserSays('granted', ['audioinput']);
  vi.spyOn(navigator.permissions, 'query').mockRejectedValue(new TypeError('microphone'));
  expect((await watched()).granted).toBe(false);
});
