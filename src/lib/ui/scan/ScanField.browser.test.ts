import '#lib/ui/styles/index.css';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import type { WoxlyPerson } from '#lib/testing/woxly-world.ts';
import AddRelay from '#lib/ui/relays/AddRelay.svelte';

let olga: WoxlyPerson;
/** A relay that Olga does not have as her own, and the link that adds it. */
let relay: RelayAddress;
let link: string;

beforeEach(async () => {
  const world = await WoxlyWorld.begin({ relays: 2 });
  olga = await world.person('Olga');
  relay = world.relays[1]?.address ?? expect.fail('no relay');
  link = olga.app.reachability.link(relay);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

type Codes = readonly { readonly rawValue: string }[];

/** A browser that reads codes: the first pictures as told here, and then the last one over and over. */
function reader(...pictures: readonly (() => Codes | Promise<Codes>)[]) {
  const left = [...pictures];
  const formats: string[] = [];
  const detect = vi.fn(async (video: HTMLVideoElement): Promise<Codes> => {
    expect(video.srcObject).toBeInstanceOf(MediaStream);
    const next = left.length > 1 ? left.shift() : left[0];
    return next?.() ?? [];
  });
  vi.stubGlobal(
    'BarcodeDetector',
    class {
      readonly detect = detect;
      constructor(options: { readonly formats: readonly string[] }) {
        formats.push(...options.formats);
      }
    },
  );
  return { detect, formats };
}

/** A camera that shows a white picture. */
function camera() {
  const canvas = document.createElement('canvas');
  const picture = canvas.getContext('2d');
  const stream = canvas.captureStream();
  picture?.fillRect(0, 0, 1, 1);
  const asked = vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockResolvedValue(stream);
  const isOff = () => stream.getTracks().every(({ readyState }) => readyState === 'ended');
  return { asked, stream, isOff };
}

async function start() {
  const app = new AppState(olga.app);
  const screen = await render(AddRelay, { app });
  const field = screen.getByRole('textbox', { name: 'Relay address' });
  const scan = screen.getByRole('button', { name: 'Scan QR code' });
  return { app, screen, field, scan };
}

test('a scanned relay link is in the field, the camera is off, and the relay can be added', async () => {
  const { detect, formats } = reader(
    () => Promise.reject(new DOMException('no picture yet', 'InvalidStateError')),
    () => [],
    () => [{ rawValue: link }],
  );
  const { asked, isOff } = camera();
  const { app, screen, field, scan } = await start();
  await screen.getByRole('button', { name: 'Add relay' }).click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent('Enter the address');
  await scan.click();
  await expect.element(field).toHaveValue(link);
  await expect.element(field).toHaveFocus();
  await expect.element(screen.getByRole('alert')).not.toBeInTheDocument();
  await expect.element(scan).toBeVisible();
  expect(isOff()).toBe(true);
  expect(detect).toHaveBeenCalledTimes(3);
  expect(formats).toEqual(['qr_code']);
  expect(asked).toHaveBeenCalledWith({ video: { facingMode: 'environment' } });

  expect(olga.app.settings.current.relays).toEqual([]);
  await screen.getByRole('button', { name: 'Add relay' }).click();
  await expect.element(field).toHaveValue('');
  expect(app.toasts.shown).toMatchObject([{ text: expect.stringContaining('added') as string }]);
  expect((await olga.browser.stores.settings.load()).relays).toEqual([relay]);
});

test('scanning that is stopped turns the camera off, and finds nothing any more', async () => {
  const found = Promise.withResolvers<Codes>();
  const { detect } = reader(() => found.promise);
  const { isOff } = camera();
  const { screen, field, scan } = await start();
  await scan.click();
  await expect.element(screen.getByLabelText('Point the camera at the code.')).toBeVisible();
  await expectAccessible('component');
  await expect.poll(() => detect.mock.calls.length).toBe(1);
  expect(isOff()).toBe(false);
  await screen.getByRole('button', { name: 'Stop scanning' }).click();
  await expect.poll(isOff).toBe(true);
  found.resolve([{ rawValue: link }]);
  await expect.element(scan).toBeVisible();
  await expect.element(field).toHaveValue('');
  expect(detect).toHaveBeenCalledTimes(1);
});

test('a camera that comes too late is turned off', async () => {
  reader(() => []);
  const { asked, stream, isOff } = camera();
  const opened = Promise.withResolvers<MediaStream>();
  asked.mockReturnValue(opened.promise);
  const { screen, scan } = await start();
  await scan.click();
  await screen.getByRole('button', { name: 'Stop scanning' }).click();
  opened.resolve(stream);
  await expect.poll(isOff).toBe(true);
});

test('a camera that is refused: it is said what to do', async () => {
  reader(() => []);
  camera().asked.mockRejectedValue(new DOMException('refused', 'NotAllowedError'));
  const { screen, scan } = await start();
  await scan.click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent('WOXLY can’t use the camera.');
  await expectAccessible('component');
});

test('where the browser reads no codes there is no button', async () => {
  vi.stubGlobal('BarcodeDetector', undefined);
  const { field, scan } = await start();
  await expect.element(field).toBeVisible();
  await expect.element(scan).not.toBeInTheDocument();
});
