import { idbKeyVault } from '#lib/adapters/idb/key-vault.ts';
import { openDatabase } from '#lib/adapters/idb/database.ts';
import { idbStores } from '#lib/adapters/idb/stores.ts';
import { browserClock, steadyClock } from '#lib/adapters/browser/clock.ts';
import { consoleLog } from '#lib/adapters/browser/log.ts';
import { browserPageLife } from '#lib/adapters/browser/page-life.ts';
import { browserRandom } from '#lib/adapters/browser/random.ts';
import { pageRelayList } from '#lib/adapters/browser/relay-list.ts';
import {
  takeNodeLock,
  takeOverNodeLock,
  untilNodeIsGone,
} from '#lib/adapters/browser/single-tab.ts';
import { dialPolicy } from '#lib/adapters/libp2p/dial-policy.ts';
import { armRinger, browserAttention } from '#lib/adapters/webaudio/attention.ts';
import { canCall, hasWebRtc } from '#lib/adapters/webrtc/can-call.ts';
import { browserIceProbe } from '#lib/adapters/webrtc/ice-probe.ts';
import { browserMediaPaths } from '#lib/adapters/webrtc/media-paths.ts';
import { browserMicrophones } from '#lib/adapters/webrtc/microphones.ts';
import { createWoxly } from '#lib/core/create-woxly.ts';
import type { Woxly } from '#lib/core/woxly.ts';
import { m } from '#lib/messages/messages.js';
import { checkCandidate } from '#lib/protocol/ice-candidate.ts';
import { checkSdp } from '#lib/protocol/sdp-check.ts';
import { incomingWords } from '#lib/ui/words/people.ts';
import { createBoot } from './boot.ts';
import type { BootStep } from './boot.ts';
import { deviceName } from './platform.ts';
import { missingSupport } from './support.ts';

declare const __WOXLY_VERSION__: string;

/** Starts WOXLY in this tab: the only place where ports meet adapters. */
export const boot = createBoot({
  missingSupport,
  takeLock: takeNodeLock,
  takeOverLock: takeOverNodeLock,
  compose,
});

export { untilNodeIsGone };

async function compose(say: (step: BootStep) => void): Promise<Woxly> {
  const database = await openDatabase({
    onEvent: (event) => {
      consoleLog.warn(`database ${event}`);
      // Another tab brought a newer version of the app: this one must not write any more.
      if (event === 'superseded') location.reload();
      if (event === 'blocked') say('older-tab');
    },
  });
  // A page that comes back from the back/forward cache has said goodbye already.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });
  armRinger();

  const webrtc = hasWebRtc();
  const mayDial = dialPolicy({
    pageHost: location.hostname,
    pageSecure: location.protocol === 'https:',
    webrtc,
  });
  const onThisMachine = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);

  return createWoxly({
    clock: browserClock,
    steady: steadyClock,
    random: browserRandom,
    log: consoleLog,
    pageLife: browserPageLife,
    stores: idbStores(database),
    vault: idbKeyVault(database),
    relayList: pageRelayList(mayDial),
    mediaPaths: browserMediaPaths(steadyClock, await canCall()),
    microphones: browserMicrophones,
    attention: (ringVolume) =>
      browserAttention({
        ringVolume,
        words: (from) => ({ title: incomingWords(from), body: m.attention_body() }),
      }),
    iceProbe: browserIceProbe,
    mayDial,
    openNetwork: async (device, iceServers) => {
      const { createPeerNetwork } = await import('#lib/adapters/libp2p/peer-network.ts');
      return createPeerNetwork({ device, mayDial, iceServers, webrtc });
    },
    checkSdp,
    checkCandidate: (line) => checkCandidate(line, { loopback: onThisMachine }),
    origin: () => location.origin,
    isPressing: () => navigator.userActivation.isActive,
    deviceName: deviceName(navigator.userAgent),
    version: __WOXLY_VERSION__,
    platform: navigator.userAgent,
  });
}
