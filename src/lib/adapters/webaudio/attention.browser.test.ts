import { afterEach, expect, test, vi } from 'vitest';
import { attentionContract } from '#lib/testing/attention-contract.ts';
import { KEYS } from '#lib/testing/fake-people.ts';
import { browserAttention } from './attention.ts';

afterEach(() => vi.restoreAllMocks());

interface Shown {
  readonly title: string;
  readonly data: unknown;
  close(): void;
}

const newAttention = (ringVolume = 0) =>
  browserAttention({
    ringVolume: () => ringVolume,
    words: ({ name, stranger }) => ({ title: stranger ? `claims ${name}` : name, body: 'Answer' }),
  });

/** As far as it is used here. */
const nodes: { connect(to: AudioNode): AudioNode; disconnect(): void } = AudioNode.prototype;
const { connect, disconnect } = nodes;

/** Calls `run` with what goes to the speaker, when it begins to and when it does not any more. */
function watchSpeaker(run: (node: AudioNode, on: boolean) => void) {
  vi.spyOn(nodes, 'connect').mockImplementation(function (this: AudioNode, to) {
    if (to instanceof AudioDestinationNode) run(this, true);
    return connect.call(this, to);
  });
  vi.spyOn(nodes, 'disconnect').mockImplementation(function (this: AudioNode) {
    run(this, false);
    disconnect.call(this);
  });
}

test('a ring is heard, and again after a pause, whatever other tone is stopped', async () => {
  // A page that captures sound may play some, without a gesture.
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  let analyser: AnalyserNode | undefined;
  watchSpeaker((node, on) => {
    if (on) connect.call(node, (analyser = new AnalyserNode(node.context)));
  });
  const samples = new Float32Array(2048);
  const isHeard = () => {
    analyser?.getFloatTimeDomainData(samples);
    return samples.some((sample) => Math.abs(sample) > 0.01);
  };
  const patient = { timeout: 15_000, interval: 20 };
  const attention = newAttention(1);
  const stopOther = attention.play('reconnecting');
  const stop = attention.play('ring');
  // Which must not count as the end of two.
  stopOther();
  stopOther();
  await expect.poll(isHeard, patient).toBe(true);
  await expect.poll(isHeard, patient).toBe(false);
  await expect.poll(isHeard, patient).toBe(true);
  stop();
  for (const track of stream.getTracks()) track.stop();
});

attentionContract('the browser', () => {
  let begun = 0;
  const sounding = new Set<AudioNode>();
  watchSpeaker((node, on) => {
    if (on) begun += 1;
    if (on) sounding.add(node);
    else sounding.delete(node);
  });

  const title = document.title;
  const shown = new Set<Shown>();
  mayNotify(shown, () => Promise.resolve());

  const locks = new Set<WakeLockSentinel>();
  vi.spyOn(navigator.wakeLock, 'request').mockImplementation(async () => lockAmong(locks));
  const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('visible');
  return {
    attention: newAttention(),
    show: (visible) => {
      visibility.mockReturnValue(visible ? 'visible' : 'hidden');
      // As in a browser, which takes the locks of a hidden page away.
      if (!visible) locks.clear();
      document.dispatchEvent(new Event('visibilitychange'));
    },
    begun: () => begun,
    sounding: () => sounding.size,
    announced: () => [...shown].map((one) => one.title),
    isUsual: () => document.title === title && shown.size === 0,
    isAwake: () => locks.size > 0,
    close: () => vi.restoreAllMocks(),
  };
});

/** A page that may notify, by a worker that shows what it is asked to once `appear` resolves. */
function mayNotify(shown: Set<Shown>, appear: () => Promise<void>) {
  const worker = {
    showNotification: async (title: string, { data }: { readonly data: unknown }) => {
      await appear();
      const one: Shown = { title, data, close: () => shown.delete(one) };
      shown.add(one);
    },
    getNotifications: async () => [...shown],
  };
  vi.spyOn(Notification, 'permission', 'get').mockReturnValue('granted');
  vi.spyOn(navigator.serviceWorker, 'getRegistration').mockResolvedValue(
    worker as unknown as ServiceWorkerRegistration,
  );
}

/** A hidden page whose notifications appear once `appear` was called. */
function hiddenPage() {
  const shown = new Set<Shown>();
  const pending: (() => void)[] = [];
  mayNotify(shown, () => new Promise<void>((resolve) => void pending.push(resolve)));
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  const attention = newAttention();
  const ring = (name: string, stranger = false) =>
    attention.announceCall({ name, stranger, key: KEYS.alice });
  const appear = async () => {
    await expect.poll(() => pending.length).toBe(1);
    pending.pop()?.();
  };
  const titles = () => [...shown].map(({ title }) => title);
  return { ring, appear, pending, titles };
}

test('a hidden page notifies until the ring is over, with the words for that caller', async () => {
  const { ring, appear, titles } = hiddenPage();
  const stop = ring('Bank', true);
  await appear();
  await expect.poll(titles).toEqual(['claims Bank']);
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

/** A lock that is among these until it is released. */
function lockAmong(held: Set<WakeLockSentinel>): WakeLockSentinel {
  const lock = { release: async () => void held.delete(lock) } as WakeLockSentinel;
  held.add(lock);
  return lock;
}

/** A page whose wake locks are given when `give` is called; as in a browser, hiding the page takes them away. */
function wakeLocks() {
  const held = new Set<WakeLockSentinel>();
  const asked: (() => void)[] = [];
  let state: DocumentVisibilityState = 'visible';
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => state);
  const request = vi.spyOn(navigator.wakeLock, 'request').mockImplementation(
    () =>
      new Promise((resolve) => {
        asked.push(() => {
          resolve(lockAmong(held));
        });
      }),
  );
  const give = async () => {
    for (const one of asked.splice(0)) one();
    // What waits for the lock runs before this.
    await new Promise<void>((resolve) => void setTimeout(resolve));
    return held.size;
  };
  const become = (next: DocumentVisibilityState) => {
    state = next;
    if (next === 'hidden') held.clear();
    document.dispatchEvent(new Event('visibilitychange'));
  };
  return { give, become, held, request };
}

test('a wake lock that is given too late is given back', async () => {
  const { give, request } = wakeLocks();
  const stop = newAttention().keepAwake();
  stop();
  expect(request).toHaveBeenCalledTimes(1);
  expect(await give()).toBe(0);
});

test('where the screen may not be kept awake, it is asked for again all the same', async () => {
  const { give, become, request } = wakeLocks();
  request.mockRejectedValueOnce(new DOMException('low battery', 'NotAllowedError'));
  const stop = newAttention().keepAwake();
  become('hidden');
  become('visible');
  expect(await give()).toBe(1);
  stop();
  expect(await give()).toBe(0);
});
