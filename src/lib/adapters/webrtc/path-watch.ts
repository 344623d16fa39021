import type { Clock } from '#lib/ports/clock.ts';
import { Detour } from './detour.ts';
import type { EncodingName } from './encoding.ts';
import { EncodingLadder } from './encoding-ladder.ts';
import { Hearing } from './hearing.ts';
import type { HearingSign } from './hearing.ts';
import { ASLEEP_MS, PacketWatch } from './packet-watch.ts';
import { Report } from './report.ts';
import type { Stat } from './report.ts';

/** From one look to the next, ms. One costs Chromium about 1 ms. */
const LOOK_EVERY_MS = 250;
/** Packets a second from which on the estimate of what is available means something: below, it only shrinks. */
const DENSE_PACKETS = 10;

interface WatchedPlayer {
  readonly wanted: boolean;
  readonly playing: boolean;
}

export interface PathWatchInit {
  readonly clock: Clock;
  readonly connection: RTCPeerConnection;
  readonly player: WatchedPlayer;
  /** Whether packets that are expected are missing; called with every look. */
  readonly onPackets: (missing: boolean) => void;
  readonly onHearing: (sign: HearingSign) => void;
  /** Called with every look. */
  readonly onEncoding: (encoding: EncodingName) => void;
  readonly onDetour: () => void;
  /** Whether both sides can send sound twice. */
  readonly canRepeat: () => boolean;
}

/** Looks at a connection's counters every now and then, and tells what they mean. */
export class PathWatch {
  readonly #init: PathWatchInit;
  readonly #packets = new PacketWatch();
  readonly #hearing = new Hearing();
  readonly #ladder = new EncodingLadder();
  readonly #detour = new Detour();
  #peer = { sending: false, muted: false };
  #last: { readonly at: number; readonly inbound?: Stat; readonly outbound?: Stat } | undefined;
  #reportedAt: number | undefined;
  #report: Report | undefined;
  #stop: (() => void) | undefined;
  #stopped = false;

  constructor(init: PathWatchInit) {
    this.#init = init;
  }

  get encoding(): EncodingName {
    return this.#ladder.encoding;
  }

  /** What was seen at the last look, at most {@link LOOK_EVERY_MS} ago; nothing before the first. */
  get report(): Report | undefined {
    return this.#report;
  }

  start(): void {
    if (this.#stop === undefined) this.#again();
  }

  stop(): void {
    this.#stopped = true;
    this.#stop?.();
  }

  expect(peer: { readonly sending: boolean; readonly muted: boolean }): void {
    this.#peer = peer;
    this.#packets.expect(peer.sending);
    this.#expectSound();
  }

  setSaver(on: boolean): void {
    this.#ladder.setSaver(on);
    this.#init.onEncoding(this.#ladder.encoding);
  }

  #again(): void {
    if (this.#stopped) return;
    this.#stop = this.#init.clock.after(LOOK_EVERY_MS, () => {
      this.#look().then(
        () => {
          this.#again();
        },
        // A connection that is closed has no statistics.
        () => undefined,
      );
    });
  }

  async #look(): Promise<void> {
    const report = await Report.of(this.#init.connection);
    if (this.#stopped) return;
    this.#report = report;
    const at = this.#init.clock.now();
    const inbound = report.sound('inbound-rtp');
    const outbound = report.sound('outbound-rtp');
    const last = this.#last;
    this.#last = { at, ...(inbound && { inbound }), ...(outbound && { outbound }) };
    const took = last === undefined ? 0 : at - last.at;
    const asleep = took < 0 || took > ASLEEP_MS;

    const { missing, came } = this.#packets.look(at, {
      sound: inbound?.packetsReceived ?? 0,
      any: report.transport?.packetsReceived,
    });
    this.#init.onPackets(missing);

    this.#expectSound();
    if (took > 0 && !asleep) this.#listen(took, came, last?.inbound, inbound);

    const sent = (outbound?.packetsSent ?? 0) - (last?.outbound?.packetsSent ?? 0);
    const dense = took > 0 && (sent * 1000) / took >= DENSE_PACKETS;
    const available = report.pair?.availableOutgoingBitrate;
    this.#ladder.look({
      took: asleep ? 0 : took,
      availableKbps: dense && available !== undefined ? available / 1000 : undefined,
      canRepeat: this.#init.canRepeat,
      report: this.#newReport(report.sound('remote-inbound-rtp')),
    });
    this.#init.onEncoding(this.#ladder.encoding);
    if (this.#detour.look(took, report)) this.#init.onDetour();
  }

  #expectSound(): void {
    const { sending, muted } = this.#peer;
    const sign = this.#hearing.expect(sending && !muted && this.#init.player.wanted);
    if (sign !== undefined) this.#init.onHearing(sign);
  }

  #listen(took: number, came: boolean, before: Stat | undefined, now: Stat | undefined): void {
    const gained = (member: 'totalAudioEnergy' | 'totalSamplesDuration') =>
      now?.[member] === undefined ? undefined : now[member] - (before?.[member] ?? 0);
    const energy = gained('totalAudioEnergy');
    const played = gained('totalSamplesDuration') ?? 0;
    const { playing } = this.#init.player;
    const sign = this.#hearing.look({ took, came, energy, played, playing });
    if (sign !== undefined) this.#init.onHearing(sign);
  }

  /** What the peer reported since the look before, if anything. */
  #newReport(remote: Stat | undefined) {
    if (remote?.fractionLost === undefined || remote.timestamp === this.#reportedAt)
      return undefined;
    const before = this.#reportedAt;
    this.#reportedAt = remote.timestamp;
    // The first has nothing before it to be about.
    if (before === undefined) return undefined;
    return { lost: remote.fractionLost, span: remote.timestamp - before };
  }
}
