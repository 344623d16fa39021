import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';

/** When a page made an RTCPeerConnection, and what became of it. */
export interface SeenConnection {
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly state: RTCPeerConnectionState;
  /** Whether it carries sound: WOXLY's own connection for a call, not one of libp2p's. */
  readonly voice: boolean;
  /** ICE candidates that this page gathered on it. */
  readonly candidates: number;
  /** `relay`: it shows its address to nobody. */
  readonly policy: RTCIceTransportPolicy | undefined;
  /** URLs of every STUN and TURN server that it was ever told to use. */
  readonly servers: readonly string[];
}

/** What a page has heard so far, summed over its connections (W3C webrtc-stats, `inbound-rtp`). */
interface Heard {
  /** `totalAudioEnergy`: grows by one for each second at full volume. */
  readonly energy: number;
  /** `totalSamplesDuration` in seconds: grows while something is played, silence included. */
  readonly seconds: number;
}

interface Watched {
  readonly connection: RTCPeerConnection;
  readonly created: number;
  readonly servers: Set<string>;
  candidates: number;
}
/** A registered symbol: the page's own code does not meet it. */
const EAR = 'woxly.test.ear';

/** The share of full volume, squared, above which sound is speech and below which it is silence. */
const SPEECH_MIN_POWER = 1e-4;
const SILENCE_MAX_POWER = 1e-6;
/** How much must have been played before it is judged: a pause between words is shorter. */
const WINDOW_SECONDS = 1.5;
const PATIENCE_MS = 20_000;

/** To be given to `context.addInitScript`: remembers every RTCPeerConnection of the page. */
export function listen(): void {
  const watched: Watched[] = [];
  Object.defineProperty(globalThis, Symbol.for('woxly.test.ear'), { value: watched });
  if (!('RTCPeerConnection' in globalThis)) return;
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    readonly #servers = new Set<string>();

    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      const seen: Watched = {
        connection: this,
        created: Date.now(),
        servers: this.#servers,
        candidates: 0,
      };
      watched.push(seen);
      this.#note();
      this.addEventListener('icecandidate', ({ candidate }) => {
        if (candidate?.candidate) seen.candidates++;
      });
    }

    override setConfiguration(configuration?: RTCConfiguration): void {
      super.setConfiguration(configuration);
      this.#note();
    }

    #note(): void {
      for (const { urls } of this.getConfiguration().iceServers ?? []) {
        for (const url of [urls].flat()) this.#servers.add(url);
      }
    }
  };
}

/** Every RTCPeerConnection that the page has made since it was loaded, the oldest first. */
export function peerConnections(page: Page): Promise<readonly SeenConnection[]> {
  return page.evaluate((ear) => {
    const watched = (globalThis as never)[Symbol.for(ear)] as Watched[];
    return watched.map(({ connection, created, candidates, servers }) => ({
      created,
      candidates,
      servers: [...servers],
      state: connection.connectionState,
      policy: connection.getConfiguration().iceTransportPolicy,
      voice: connection.getTransceivers().length > 0,
    }));
  }, EAR);
}

/** By `ice-ufrag`, the generations of ICE that both ends of each voice connection agreed on last (RFC 8445, 9). */
export function iceGenerations(page: Page): Promise<readonly string[]> {
  return page.evaluate((ear) => {
    const watched = (globalThis as never)[Symbol.for(ear)] as Watched[];
    return watched.flatMap(({ connection }) => {
      // Firefox tells nothing of a closed connection, but an error.
      if (connection.signalingState === 'closed') return [];
      const { currentLocalDescription: own, currentRemoteDescription: theirs } = connection;
      if (connection.getTransceivers().length === 0 || !own || !theirs) return [];
      return [own, theirs].map(({ sdp }) => /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1] ?? '').join(' ');
    });
  }, EAR);
}

/** Waits until the page plays speech: real energy over a second and a half of sound. */
export async function hears(page: Page): Promise<void> {
  await judge(page, (power) => power > SPEECH_MIN_POWER, 'speech');
}

/** Waits until the page plays nothing but silence, while sound keeps arriving. */
export async function hearsSilence(page: Page): Promise<void> {
  await judge(page, (power) => power < SILENCE_MAX_POWER, 'silence');
}

/** What the page has heard since it was loaded; all zero before any sound was played. */
export function heard(page: Page): Promise<Heard> {
  return page.evaluate(async (ear) => {
    const watched = (globalThis as never)[Symbol.for(ear)] as Watched[];
    let energy = 0;
    let seconds = 0;
    for (const { connection } of watched) {
      if (connection.connectionState === 'closed') continue;
      const report = (await connection.getStats()) as ReadonlyMap<string, Record<string, unknown>>;
      for (const stat of report.values()) {
        if (stat['type'] !== 'inbound-rtp' || stat['kind'] !== 'audio') continue;
        energy += Number(stat['totalAudioEnergy'] ?? 0);
        seconds += Number(stat['totalSamplesDuration'] ?? 0);
      }
    }
    return { energy, seconds };
  }, EAR);
}

/** How many packets of sound came for each second of sound that was played, over a few seconds. */
export async function soundPackets(page: Page): Promise<number> {
  const count = () =>
    page.evaluate(async (ear) => {
      const watched = (globalThis as never)[Symbol.for(ear)] as Watched[];
      const sums = { packets: 0, seconds: 0 };
      for (const { connection } of watched) {
        if (connection.connectionState !== 'connected') continue;
        const report = (await connection.getStats()) as ReadonlyMap<
          string,
          Record<string, unknown>
        >;
        for (const stat of report.values()) {
          if (stat['type'] !== 'inbound-rtp' || stat['kind'] !== 'audio') continue;
          sums.packets += Number(stat['packetsReceived'] ?? 0);
          sums.seconds += Number(stat['totalSamplesDuration'] ?? 0);
        }
      }
      return sums;
    }, EAR);
  const from = await count();
  let now = from;
  while (now.seconds - from.seconds < 2 * WINDOW_SECONDS) now = await count();
  return (now.packets - from.packets) / (now.seconds - from.seconds);
}

/** Looks at one window of played sound after another, until one is as wanted. */
async function judge(page: Page, wanted: (power: number) => boolean, what: string): Promise<void> {
  let from = await heard(page);
  let last = 'nothing was played';
  await expect
    .poll(
      async () => {
        const now = await heard(page);
        const seconds = now.seconds - from.seconds;
        // A connection that was closed takes its sums with it.
        if (seconds < 0) from = now;
        if (seconds < WINDOW_SECONDS) return last;
        const power = (now.energy - from.energy) / seconds;
        from = now;
        last = wanted(power) ? what : `not ${what}: a power of ${power.toExponential(1)}`;
        return last;
      },
      { timeout: PATIENCE_MS, intervals: [250] },
    )
    .toBe(what);
}
