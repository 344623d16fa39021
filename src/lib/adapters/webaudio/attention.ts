import type { Announced, Attention } from '#lib/ports/attention.ts';
import { flashTitle } from './title.ts';
import { playTone, unlockTones } from './tones.ts';

export interface AttentionInit {
  /** 0 to 1, asked each time it rings. */
  readonly ringVolume: () => number;
  /** What the title and the notification say while somebody calls, in the language of the page. */
  readonly words: (from: Announced) => { readonly title: string; readonly body: string };
}

/** Browsers play sound only after a gesture, and not all take the same for one: the first that counts is enough. */
const GESTURES = ['pointerdown', 'pointerup', 'keydown'] as const;

/** Lets the ringer be heard from the first gesture on the page on. */
export function armRinger(): void {
  const armed = new AbortController();
  const arm = () =>
    void unlockTones()
      .then(() => armed.abort())
      .catch(() => undefined);
  for (const gesture of GESTURES) {
    addEventListener(gesture, arm, { capture: true, signal: armed.signal });
  }
}

export function browserAttention({ ringVolume, words }: AttentionInit): Attention {
  return {
    play: (tone) => playTone(tone, tone === 'ring' ? ringVolume() : 1),

    announceCall(from) {
      const { title, body } = words(from);
      const stopFlashing = flashTitle(title);
      const closeNotification = notify(title, body);
      return () => {
        stopFlashing();
        closeNotification();
      };
    },

    keepAwake() {
      if (!('wakeLock' in navigator)) return () => undefined;
      let wanted = true;
      let lock: WakeLockSentinel | undefined;
      const ask = () => {
        if (!wanted || document.visibilityState !== 'visible') return;
        navigator.wakeLock.request('screen').then(
          (given) => {
            lock = given;
            if (!wanted) void given.release();
          },
          // Low battery, or not allowed: the call goes on without.
          () => undefined,
        );
      };
      ask();
      // The lock is lost whenever the page is hidden.
      document.addEventListener('visibilitychange', ask);
      return () => {
        wanted = false;
        document.removeEventListener('visibilitychange', ask);
        void lock?.release();
      };
    },
  };
}

const NOTIFICATION_TAG = 'woxly-call';

function notify(title: string, body: string): () => void {
  const allowed = 'Notification' in globalThis && Notification.permission === 'granted';
  if (!allowed || document.visibilityState === 'visible') return () => undefined;
  /** Tells this notification from that of a call that came after it. */
  const data = crypto.randomUUID();
  let stopped = false;

  const show = async () => {
    // Phones show notifications through the service worker only.
    const worker = await navigator.serviceWorker.getRegistration();
    if (stopped) return undefined;
    const icon = '/icons/icon-192.png';
    const tag = NOTIFICATION_TAG;
    await worker?.showNotification(title, { body, tag, data, icon, requireInteraction: true });
    return worker;
  };
  const close = async () => {
    // One that is on its way to the screen cannot be closed before it is there.
    const worker = await showing;
    for (const shown of (await worker?.getNotifications({ tag: NOTIFICATION_TAG })) ?? []) {
      if (shown.data === data) shown.close();
    }
  };
  // No longer allowed, or no worker: the title and the ring still tell.
  const showing = show().catch(() => undefined);
  return () => {
    stopped = true;
    void close().catch(() => undefined);
  };
}
