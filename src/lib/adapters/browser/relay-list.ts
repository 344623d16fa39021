import type { RelayAddress } from '#lib/domain/ids.ts';
import type { RelayDescription, RelayList } from '#lib/ports/relay-list.ts';
import {
  MULTIADDR_MAX_BYTES,
  OPERATOR_MAX_BYTES,
  RELAY_ADDRESSES_MAX,
  RELAY_DESCRIPTION_MAX_BYTES,
  VERSION_MAX_BYTES,
} from '#lib/protocol/limits.ts';
import { isRelayAddress } from '#lib/protocol/relay-address.ts';

/** Where the addresses of the last answer are kept, so that an installed app knows them before it is online. */
const PAGE_KEY = 'woxly.page-relays';
/** Where relays that served last time are kept, for when the page's own relay is gone. */
const KNOWN_KEY = 'woxly.known-relays';
/** Addresses remembered. */
const KNOWN_MAX = 8;
/** How long the page's own relay may take to answer, ms. */
const TIMEOUT_MS = 5_000;

/** Asks relays what they are, at `/relay.json`, the one that served the page first. */
export function pageRelayList(mayDial: (address: RelayAddress) => boolean): RelayList {
  let clockOffsetMs: number | undefined;

  const usable = (given: unknown, most: number): readonly RelayAddress[] =>
    (Array.isArray(given) ? given : [])
      .slice(0, most)
      .filter((one): one is string => typeof one === 'string' && one.length <= MULTIADDR_MAX_BYTES)
      .filter((one) => isRelayAddress(one))
      .filter(mayDial);
  const described = (given: unknown): RelayDescription | undefined => {
    if (typeof given !== 'object' || given === null) return undefined;
    const { multiaddrs, operator, version } = given as Record<string, unknown>;
    const addresses = [...usable(multiaddrs, RELAY_ADDRESSES_MAX)]
      // A WebSocket is open sooner than a WebRTC connection.
      .sort((a, b) => Number(a.includes('/webrtc-direct')) - Number(b.includes('/webrtc-direct')));
    if (addresses.length === 0) return undefined;
    return {
      addresses,
      ...(isText(operator, OPERATOR_MAX_BYTES) && { operator }),
      ...(isText(version, VERSION_MAX_BYTES) && { version }),
    };
  };

  return {
    get clockOffsetMs() {
      return clockOffsetMs;
    },

    async load() {
      try {
        const asked = Date.now();
        const answer = await fetch('/relay.json', {
          cache: 'no-store',
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        const answered = Date.now();
        const found = described(await readJson(answer));
        if (found !== undefined) {
          clockOffsetMs = offsetBy(answer.headers.get('Date'), asked, answered);
          keep(PAGE_KEY, found.addresses);
          return found.addresses;
        }
      } catch {
        // Offline, or not served by a relay: what was known before.
      }
      const known = usable(kept(PAGE_KEY), RELAY_ADDRESSES_MAX);
      if (known.length === 0) throw new Error('no relay is known yet');
      return known;
    },

    async describe(url, signal) {
      const answer = await fetch(new URL('/relay.json', url), {
        cache: 'no-store',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        signal,
      });
      try {
        return described(await readJson(answer));
      } catch (cause) {
        if (signal.aborted) throw cause;
        return undefined;
      }
    },

    recall: () => usable(kept(KNOWN_KEY), KNOWN_MAX),
    remember: (addresses) => {
      keep(KNOWN_KEY, addresses.slice(0, KNOWN_MAX));
    },
  };
}

const isText = (given: unknown, most: number): given is string =>
  typeof given === 'string' && given !== '' && new TextEncoder().encode(given).byteLength <= most;

/** `Date` says whole seconds (RFC 9110, 6.6.1), of about the middle of the exchange. */
function offsetBy(date: string | null, asked: number, answered: number): number | undefined {
  const said = date === null ? Number.NaN : Date.parse(date);
  return Number.isNaN(said) ? undefined : Math.round(said + 500 - (asked + answered) / 2);
}

/** @throws when it is no JSON, or more of it than a relay says. */
async function readJson(answer: Response): Promise<unknown> {
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  for (;;) {
    const part = await reader?.read();
    if (part?.value === undefined) return JSON.parse(text + decoder.decode()) as unknown;
    length += part.value.byteLength;
    if (length > RELAY_DESCRIPTION_MAX_BYTES) {
      await reader?.cancel();
      throw new RangeError('too long to be a relay');
    }
    text += decoder.decode(part.value, { stream: true });
  }
}

function kept(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '[]');
  } catch {
    // Written by somebody else, or no storage at all.
    return [];
  }
}

function keep(key: string, addresses: readonly RelayAddress[]): void {
  try {
    localStorage.setItem(key, JSON.stringify(addresses));
  } catch {
    // A full or forbidden store: they are learned anew.
  }
}
