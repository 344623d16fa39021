import type { Attention } from '#lib/ports/attention.ts';
import { flashTitle } from './title.ts';
import { playTone, toneContext } from './tones.ts';

export interface AttentionInit {
  /** 0 to 1, asked each time it rings. */
  readonly ringVolume: () => number;
  /** What the title and the notification say while NAME calls, in the language of the page. */
  readonly words: (name: string) => { readonly title: string; readonly body: string };
}

/** Browsers play sound only after a gesture: the first one on the page arms the ringer. */
export function armRinger(): void {
  const arm = () => void toneContext().resume();
  for (const gesture of ['pointerdown', 'keydown'] as const) {
    addEventListener(gesture, arm, { once: true, capture: true });
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
  const registration = navigator.serviceWorker.getRegistration();
  void registration.then((worker) =>
    // Phones show notifications through the service worker only.
    worker?.showNotification(title, {
      body,
      tag: NOTIFICATION_TAG,
      requireInteraction: true,
      icon: '/icons/icon-192.png',
    }),
  );
  return () => {
    void registration
      .then((worker) => worker?.getNotifications({ tag: NOTIFICATION_TAG }) ?? [])
      .then((shown) => {
        for (const notification of shown) notification.close();
      });
  };
}
