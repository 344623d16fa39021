import type { CallQuality } from '#lib/domain/call.ts';
import type { EncodingName } from './encoding.ts';
import { LOSS_GOOD, qualityMark } from './quality-mark.ts';
import type { Report } from './report.ts';
import type { Stat } from './report.ts';
import { turnHosts } from './turn-hosts.ts';

/** The peer reports about every 5 s, of the time since its last report; an older one, ms, tells nothing of now. */
const REPORT_SPAN_MS = 5000;
const REPORT_FRESH_MS = 15_000;
/** The mark is about the loss of so long, ms, lest it flutters. */
const MARK_OVER_MS = 10_000;

/** Headers of IPv4 and UDP, bytes a packet. */
const HEADERS_BYTES = 28;

interface Counters {
  readonly at: number;
  readonly sent: number;
  readonly received: number;
  readonly packets: number;
  readonly lost: number;
  /** Of the candidate pair with this ID. */
  readonly pair: string | undefined;
  readonly wire: number;
}

/** Reads reports of one connection (W3C webrtc-stats); rates are over the time since the last reading. */
export class QualityReader {
  readonly #connection: RTCPeerConnection;
  #last: Counters | undefined;
  /** The readings that the mark is about, oldest first. */
  #past: readonly Counters[] = [];
  /** Whether much of what the peer sends is lost, and since when that is so, or not so. */
  #lossy = false;
  #lossyTurnedAt = -Infinity;

  constructor(connection: RTCPeerConnection) {
    this.#connection = connection;
  }

  read(report: Report, encoding: EncodingName): CallQuality {
    const inbound = report.sound('inbound-rtp');
    const outbound = report.sound('outbound-rtp');
    const { pair } = report;
    const codec = report.get(inbound?.codecId)?.mimeType;
    const now: Counters = {
      at: inbound?.timestamp ?? outbound?.timestamp ?? 0,
      sent: outbound?.bytesSent ?? 0,
      received: inbound?.bytesReceived ?? 0,
      packets: inbound?.packetsReceived ?? 0,
      lost: inbound?.packetsLost ?? 0,
      pair: pair?.id,
      wire: wireBytes(pair, outbound, inbound),
    };
    const rates = ratesBetween(this.#last, now);
    this.#last = now;
    const figures = {
      ...defined('roundTripMs', pair?.currentRoundTripTime, 1000),
      ...defined('jitterMs', inbound?.jitter, 1000),
    };
    const local = report.get(pair?.localCandidateId);
    const relayed = pair !== undefined && report.isRelayed(pair);
    const relayedBy = local?.candidateType === 'relay' ? 'own' : 'peer';
    const hosts = relayed && relayedBy === 'own' ? turnHosts(this.#connection, local) : [];
    const mark = qualityMark({
      roundTripMs: figures.roundTripMs,
      jitterMs: figures.jitterMs,
      receiveLoss: this.#recentLoss(now),
      sendLoss: this.#sendLoss(report.sound('remote-inbound-rtp'), outbound),
      relayed,
      sendShort: encoding === 'low' || encoding === 'lowest',
    });
    return {
      ...(pair && { path: relayed ? ('relayed' as const) : ('direct' as const) }),
      ...figures,
      ...(codec !== undefined && { codec: codec.replace(/^audio\//, '') }),
      ...rates,
      ...(relayed && { relayedBy }),
      ...(hosts.length > 0 && { turnHosts: hosts }),
      encoding,
      ...(pair && isUnadapted(pair, outbound, encoding) && { unadapted: true as const }),
      ...(mark && { mark }),
    };
  }

  #recentLoss(now: Counters): number | undefined {
    this.#past = [...this.#past, now].filter(({ at }) => now.at - at <= MARK_OVER_MS);
    const loss = lossBetween(this.#past[0] ?? now, now);
    if (loss !== undefined && loss > LOSS_GOOD !== this.#lossy) {
      this.#lossy = !this.#lossy;
      this.#lossyTurnedAt = now.at;
    }
    return loss;
  }

  /** Only of a report that is about the same state of things as what is received: to compare is to blame. */
  #sendLoss(remote: Stat | undefined, outbound: Stat | undefined): number | undefined {
    if (remote === undefined || outbound === undefined) return undefined;
    if (outbound.timestamp - remote.timestamp > REPORT_FRESH_MS) return undefined;
    const about = remote.timestamp - REPORT_SPAN_MS;
    return about < this.#lossyTurnedAt ? undefined : remote.fractionLost;
  }
}

/** Packets sent after which a browser that estimates what can be sent has done so. */
const ESTIMATED_AFTER = 100;

/** Firefox gives no estimate. The data saver is as sparing as can be without one. */
function isUnadapted(pair: Stat, outbound: Stat | undefined, encoding: EncodingName): boolean {
  const due = (outbound?.packetsSent ?? 0) > ESTIMATED_AFTER;
  return due && encoding !== 'saver' && pair.availableOutgoingBitrate === undefined;
}

/** Firefox counts the packets of sound only. */
function wireBytes(
  pair: Stat | undefined,
  outbound: Stat | undefined,
  inbound: Stat | undefined,
): number {
  const { bytesSent = 0, bytesReceived = 0 } = pair ?? {};
  const packetsSent = pair?.packetsSent ?? outbound?.packetsSent ?? 0;
  const packetsReceived = pair?.packetsReceived ?? inbound?.packetsReceived ?? 0;
  return bytesSent + bytesReceived + HEADERS_BYTES * (packetsSent + packetsReceived);
}

function ratesBetween(
  last: Counters | undefined,
  now: Counters,
): Pick<CallQuality, 'sendKbps' | 'receiveKbps' | 'wireKbps' | 'loss'> {
  if (last === undefined || now.at <= last.at) return {};
  const seconds = (now.at - last.at) / 1000;
  const loss = lossBetween(last, now);
  const kbps = (bytes: number) => (bytes * 8) / 1000 / seconds;
  return {
    sendKbps: kbps(now.sent - last.sent),
    receiveKbps: kbps(now.received - last.received),
    ...(now.pair !== undefined &&
      now.pair === last.pair && { wireKbps: kbps(now.wire - last.wire) }),
    ...(loss !== undefined && { loss }),
  };
}

function lossBetween(last: Counters, now: Counters): number | undefined {
  const received = Math.max(0, now.packets - last.packets);
  const lost = Math.max(0, now.lost - last.lost);
  return received + lost === 0 ? undefined : lost / (received + lost);
}

function defined<K extends string>(key: K, value: number | undefined, scale: number) {
  return (value === undefined ? {} : { [key]: value * scale }) as Partial<Record<K, number>>;
}
