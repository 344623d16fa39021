import { idbKeyVault } from '#lib/adapters/idb/key-vault.ts';
import { openDatabase } from '#lib/adapters/idb/database.ts';
import { idbStores } from '#lib/adapters/idb/stores.ts';
import { browserClock } from '#lib/adapters/browser/clock.ts';
import { consoleLog } from '#lib/adapters/browser/log.ts';
import { browserPageLife } from '#lib/adapters/browser/page-life.ts';
import { browserRandom } from '#lib/adapters/browser/random.ts';
import { pageRelayList } from '#lib/adapters/browser/relay-list.ts';
import { takeNodeLock, takeOverNodeLock } from '#lib/adapters/browser/single-tab.ts';
import type { NodeLock } from '#lib/adapters/browser/single-tab.ts';
import { dialPolicy } from '#lib/adapters/libp2p/dial-policy.ts';
import { armRinger, browserAttention } from '#lib/adapters/webaudio/attention.ts';
import { browserMediaPaths } from '#lib/adapters/webrtc/media-paths.ts';
import { browserMicrophones } from '#lib/adapters/webrtc/microphones.ts';
import { createWoxly } from '#lib/core/create-woxly.ts';
import type { Woxly } from '#lib/core/woxly.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import { m } from '#lib/messages/messages.js';
import type { IceServer } from '#lib/ports/media.ts';
import { checkCandidate, checkSdp } from '#lib/protocol/sdp-check.ts';
import { deviceName } from './platform.ts';
import { missingSupport } from './support.ts';
import type { Missing } from './support.ts';

declare const __WOXLY_VERSION__: string;

export type Boot =
  /** Another tab of this browser runs WOXLY. */
  | { readonly kind: 'elsewhere'; takeOver(): Promise<void> }
  | { readonly kind: 'unsupported'; readonly why: Missing }
  | { readonly kind: 'ready'; readonly woxly: Woxly; onTakenOver(run: () => void): void };

/** Held across {@link boot}s of one page: a takeover takes it before the second one. */
let held: NodeLock | undefined;

/**
 * Starts WOXLY in this tab: the only place where ports meet adapters. After `takeOver` has resolved, call it again.
 * `takeOver` rejects with `WoxlyError<'in-call'>` when the other tab is in a call.
 */
export async function boot(): Promise<Boot> {
  const missing = await missingSupport();
  if (missing !== undefined) return { kind: 'unsupported', why: missing };
  held ??= await takeNodeLock();
  if (held === undefined) return { kind: 'elsewhere', takeOver };
  const lock = held;
  const woxly = await compose();
  let tellTakenOver = (): void => undefined;
  lock.onAsked(() => {
    const { current } = woxly.calls;
    if (current !== undefined && current.stage !== 'ended') return false;
    tellTakenOver();
    void woxly.stop().finally(() => {
      held = undefined;
      lock.release();
    });
    return true;
  });
  return { kind: 'ready', woxly, onTakenOver: (run) => void (tellTakenOver = run) };
}

async function takeOver(): Promise<void> {
  const outcome = await takeOverNodeLock();
  if (!outcome.taken) throw new WoxlyError('in-call');
  held = outcome.lock;
}

/** STUN and TURN servers of the relays in use. None yet: host candidates serve one machine and one network. */
const iceServers = (): readonly IceServer[] => [];

async function compose(): Promise<Woxly> {
  const database = await openDatabase({
    onEvent: (event) => {
      consoleLog.warn(`database ${event}`);
      // Another tab brought a newer version of the app: this one must not write any more.
      if (event === 'superseded') location.reload();
    },
  });
  // A page that comes back from the back/forward cache has said goodbye already.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });
  armRinger();

  const mayDial = dialPolicy({
    pageHost: location.hostname,
    pageSecure: location.protocol === 'https:',
  });
  const onThisMachine = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);

  return createWoxly({
    clock: browserClock,
    random: browserRandom,
    log: consoleLog,
    pageLife: browserPageLife,
    stores: idbStores(database),
    vault: idbKeyVault(database),
    relayList: pageRelayList(mayDial),
    mediaPaths: browserMediaPaths,
    microphones: browserMicrophones,
    attention: (ringVolume) =>
      browserAttention({
        ringVolume,
        words: (name) => ({
          title: m.attention_title({ name }),
          body: m.attention_body(),
        }),
      }),
    iceServers,
    openNetwork: async (device) => {
      const { createPeerNetwork } = await import('#lib/adapters/libp2p/peer-network.ts');
      return createPeerNetwork({ device, mayDial, iceServers });
    },
    checkSdp: (sdp) => checkSdp(sdp, { loopback: onThisMachine }),
    checkCandidate: (line) => checkCandidate(line, { loopback: onThisMachine }),
    origin: () => location.origin,
    deviceName: deviceName(navigator.userAgent),
    version: __WOXLY_VERSION__,
    platform: navigator.userAgent,
  });
}
