import type { RelayList } from '#lib/ports/relay-list.ts';
import { MULTIADDR_MAX_BYTES } from '#lib/protocol/limits.ts';
import { isRelayAddress } from '#lib/protocol/relay-address.ts';

/** Where the addresses of the last answer are kept, so that an installed app knows them before it is online. */
const KEY = 'woxly.page-relays';
/** How long the page's own relay may take to answer, ms. */
const TIMEOUT_MS = 5_000;
/** Addresses taken from one relay. */
const ADDRESSES_MAX = 8;

/** Asks the relay that served the page, at `/relay.json`. */
export function pageRelayList(mayDial: (address: string) => boolean): RelayList {
  const usable = (given: unknown): readonly string[] =>
    (Array.isArray(given) ? given : [])
      .slice(0, ADDRESSES_MAX)
      .filter((one): one is string => typeof one === 'string' && one.length <= MULTIADDR_MAX_BYTES)
      .filter((one) => isRelayAddress(one) && mayDial(one))
      // A WebSocket is open sooner than a WebRTC connection.
      .sort((a, b) => Number(a.includes('/webrtc-direct')) - Number(b.includes('/webrtc-direct')));

  return {
    async load() {
      try {
        const answer = await fetch('/relay.json', {
          cache: 'no-store',
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        const { multiaddrs } = (await answer.json()) as { multiaddrs?: unknown };
        const addresses = usable(multiaddrs);
        if (addresses.length > 0) {
          localStorage.setItem(KEY, JSON.stringify(addresses));
          return addresses;
        }
      } catch {
        // Offline, or not served by a relay: what was known before.
      }
      const known = usable(JSON.parse(localStorage.getItem(KEY) ?? '[]'));
      if (known.length === 0) throw new Error('no relay is known yet');
      return known;
    },
  };
}
