import type { CallQuality, QualityCause, QualityMark } from '#lib/domain/call.ts';
import { m } from '#lib/messages/messages.js';
import { getLocale } from '#lib/messages/runtime.js';
import type { RelayView } from '#lib/state/views.ts';
import { relayTitle } from './relays.ts';

const GRADE_WORDS: Record<QualityMark['grade'], () => string> = {
  good: m.quality_good,
  fair: m.quality_fair,
  poor: m.quality_poor,
};

type Known = Exclude<QualityCause, 'unknown'>;

const CAUSE_WORDS: Record<Known, (inputs: { name: string }) => string> = {
  'own-network': () => m.cause_own(),
  'peer-network': m.cause_peer,
  relay: () => m.cause_relay(),
};

const ENCODING_WORDS: Record<NonNullable<CallQuality['encoding']>, () => string> = {
  normal: m.encoding_normal,
  redundant: m.encoding_redundant,
  low: m.encoding_low,
  lowest: m.encoding_lowest,
  saver: m.encoding_saver,
};

/** How sound is encoded, and whether that follows the connection. */
export function encodingText({ encoding, unadapted }: CallQuality): string | undefined {
  if (encoding === undefined) return undefined;
  const words = ENCODING_WORDS[encoding]();
  return unadapted ? m.encoding_unadapted({ encoding: words }) : words;
}

/** How good a call is, and whose network makes it worse, where that is known: `Fair: your network`. */
export function qualityText(mark: QualityMark, name: string): string {
  const grade = GRADE_WORDS[mark.grade]();
  if (mark.grade === 'good') return grade;
  if (mark.cause === 'unknown') return mark.grade === 'poor' ? m.quality_weak() : grade;
  return m.quality_because({ grade, cause: CAUSE_WORDS[mark.cause]({ name }) });
}

/** The way that voice takes; a relay of ours by the name of who runs it, one of the peer's as theirs. */
export function pathText(
  { path, relayedBy, turnHosts = [] }: CallQuality,
  ofServer: (host: string) => RelayView | undefined,
  name: string,
): string | undefined {
  if (path === undefined) return undefined;
  if (path === 'direct') return m.details_direct();
  if (relayedBy === 'peer') return m.details_relayed_via_peer({ name });
  if (turnHosts.length === 0) return m.details_relayed();
  const names = turnHosts.map((host) => {
    const relay = ofServer(host);
    return relay ? relayTitle(relay) : host;
  });
  // Where the browser does not tell which of them it is.
  const either = new Intl.ListFormat(getLocale(), { type: 'disjunction' });
  return m.details_relayed_via({ name: either.format(new Set(names)) });
}

/** kB (1000 bytes) that go and come in a minute, as a mobile plan counts them. */
export function usageText({ wireKbps }: CallQuality): string | undefined {
  if (wireKbps === undefined) return undefined;
  const kilobytes = Math.round((wireKbps * SECONDS_A_MINUTE) / BITS_A_BYTE);
  return m.details_usage_value({ value: kilobytes.toLocaleString(getLocale()) });
}

const SECONDS_A_MINUTE = 60;
const BITS_A_BYTE = 8;
