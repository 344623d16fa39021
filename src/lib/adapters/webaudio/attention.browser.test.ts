import { expect, test, vi } from 'vitest';
import { KEYS } from '#lib/testing/fake-people.ts';
import { browserAttention } from './attention.ts';

interface Shown {
  readonly title: string;
  readonly data: unknown;
  close(): void;
}

/** A hidden page that may notify; `worker` shows what it is asked to once `appear` was called. */
function hiddenPage() {
  const shown = new Set<Shown>();
  const pending: (() => void)[] = [];
  const worker = {
    showNotification: (title: string, { data }: { readonly data: unknown }) =>
      new Promise<void>((resolve) => {
        pending.push(() => {
          const one: Shown = { title, data, close: () => shown.delete(one) };
          shown.add(one);
          resolve();
        });
      }),
    getNotifications: async () => [...shown],
  };
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  vi.spyOn(Notification, 'permission', 'get').mockReturnValue('granted');
  vi.spyOn(navigator.serviceWorker, 'getRegistration').mockResolvedValue(
    worker as unknown as ServiceWorkerRegistration,
  );
  const attention = browserAttention({
    ringVolume: () => 0,
    words: ({ name, stranger }) => ({ title: stranger ? `claims ${name}` : name, body: 'Answer' }),
  });
  const ring = (name: string, stranger = false) =>
    attention.announceCall({ name, stranger, key: KEYS.alice });
  const appear = async () => {
    await expect.poll(() => pending.length).toBe(1);
    pending.pop()?.();
  };
  return { ring, appear, pending, titles: () => [...shown].map(({ title }) => title) };
}

test('a hidden page notifies until the ring is over, with the words for that caller', async () => {
  const { ring, appear, titles } = hiddenPage();
  const stop = ring('Bank', true);
  await appear();
  expect(titles()).toEqual(['claims Bank']);
  expect(document.title).toBe('claims Bank');
  stop();
  await expect.poll(titles).toEqual([]);
  expect(document.title).not.toBe('claims Bank');
});

test('a ring that stops before its notification is there leaves none behind', async () => {
  const { ring, appear, pending, titles } = hiddenPage();
  const stop = ring('Alice');
  await expect.poll(() => pending.length).toBe(1);
  stop();
  await appear();
  await expect.poll(titles).toEqual([]);
});

test('the end of one ring does not take the notification of the next away', async () => {
  const { ring, appear, titles } = hiddenPage();
  const stopFirst = ring('Alice');
  await appear();
  const stopSecond = ring('Boris');
  await appear();
  stopFirst();
  await expect.poll(titles).toEqual(['Boris']);
  stopSecond();
  await expect.poll(titles).toEqual([]);
});
