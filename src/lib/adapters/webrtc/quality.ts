import type { CallQuality } from '#lib/domain/call.ts';

interface Counters {
  readonly at: number;
  readonly sent: number;
  readonly received: number;
  readonly packets: number;
  readonly lost: number;
}

/** Reads one connection's `getStats()` (W3C webrtc-stats); rates are over the time since the last reading. */
export class QualityReader {
  readonly #connection: RTCPeerConnection;
  #last: Counters | undefined;

  constructor(connection: RTCPeerConnection) {
    this.#connection = connection;
  }

  async read(): Promise<CallQuality> {
    const report = await this.#connection.getStats();
    const all = [...(report as unknown as Map<string, Stat>).values()];
    const by = (type: string) => all.filter((stat) => stat.type === type);
    const inbound = by('inbound-rtp').find(({ kind }) => kind === 'audio');
    const outbound = by('outbound-rtp').find(({ kind }) => kind === 'audio');
    const pair = selectedPair(report as unknown as Map<string, Stat>, all);
    const codec = inbound?.codecId === undefined ? undefined : statOf(report, inbound.codecId);
    const now: Counters = {
      at: inbound?.timestamp ?? outbound?.timestamp ?? 0,
      sent: outbound?.bytesSent ?? 0,
      received: inbound?.bytesReceived ?? 0,
      packets: inbound?.packetsReceived ?? 0,
      lost: inbound?.packetsLost ?? 0,
    };
    const rates = ratesBetween(this.#last, now);
    this.#last = now;
    return {
      ...(pair && { path: isRelayed(report, pair) ? ('relayed' as const) : ('direct' as const) }),
      ...defined('roundTripMs', pair?.currentRoundTripTime, 1000),
      ...defined('jitterMs', inbound?.jitter, 1000),
      ...(codec?.mimeType !== undefined && { codec: codec.mimeType.replace(/^audio\//, '') }),
      ...rates,
    };
  }
}

/** The members of the many stats dictionaries that are read here. */
interface Stat {
  readonly id: string;
  readonly type: string;
  readonly timestamp: number;
  readonly kind?: string;
  readonly codecId?: string;
  readonly mimeType?: string;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly jitter?: number;
  readonly currentRoundTripTime?: number;
  readonly selectedCandidatePairId?: string;
  readonly nominated?: boolean;
  readonly state?: string;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly candidateType?: string;
}

function statOf(report: RTCStatsReport, id: string): Stat | undefined {
  return (report as unknown as Map<string, Stat>).get(id);
}

function selectedPair(report: Map<string, Stat>, all: readonly Stat[]): Stat | undefined {
  const transport = all.find((stat) => stat.type === 'transport');
  const named = transport?.selectedCandidatePairId;
  if (named !== undefined) return report.get(named);
  // Firefox has no transport stats.
  return all.find(
    (stat) =>
      stat.type === 'candidate-pair' && stat.nominated === true && stat.state === 'succeeded',
  );
}

function isRelayed(report: RTCStatsReport, pair: Stat): boolean {
  return [pair.localCandidateId, pair.remoteCandidateId].some(
    (id) => id !== undefined && statOf(report, id)?.candidateType === 'relay',
  );
}

function ratesBetween(last: Counters | undefined, now: Counters) {
  if (last === undefined || now.at <= last.at) return {};
  const seconds = (now.at - last.at) / 1000;
  const received = now.packets - last.packets;
  const lost = Math.max(0, now.lost - last.lost);
  return {
    sendKbps: ((now.sent - last.sent) * 8) / 1000 / seconds,
    receiveKbps: ((now.received - last.received) * 8) / 1000 / seconds,
    ...(received + lost > 0 && { loss: lost / (received + lost) }),
  };
}

function defined<K extends string>(key: K, value: number | undefined, scale: number) {
  return (value === undefined ? {} : { [key]: value * scale }) as Partial<Record<K, number>>;
}
