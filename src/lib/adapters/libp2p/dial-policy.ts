import { hostPlace } from '#lib/protocol/host.ts';

/** Where the page came from decides what it may dial. */
export interface DialPolicyInit {
  /** The page's host name or IP address. */
  readonly pageHost: string;
  /** Whether the page came over https; then the browser itself refuses ws. */
  readonly pageSecure: boolean;
  /** Whether the browser has WebRTC. */
  readonly webrtc: boolean;
}

const WEBRTC = ['webrtc-direct', 'webrtc'];
const TRANSPORTS = ['ws', 'wss', ...WEBRTC, 'p2p-circuit'];

/** Parts that name a host. `sni` does as well: of a WebSocket over TLS it is what is connected to. */
const HOSTS = ['ip4', 'ip6', 'dns', 'dns4', 'dns6', 'sni'];
/** The other parts of the multiaddrs that a browser dials; what is not here is refused. */
const WITH_VALUE = [...HOSTS, 'tcp', 'udp', 'certhash', 'p2p'];
const WITHOUT_VALUE = ['tls', ...TRANSPORTS];

/**
 * Which multiaddrs this browser dials. Addresses come from strangers too (invites, presence records), so a page
 * from the internet never dials into the private network it stands in, one from a private network never into the
 * machine it is shown on, and plain `ws` only where the page itself came over plain http or to this machine.
 */
export function dialPolicy({
  pageHost,
  pageSecure,
  webrtc,
}: DialPolicyInit): (address: string) => boolean {
  const pagePlace = hostPlace(pageHost) ?? 'public';
  const mayDial = (host: string): boolean => {
    if (host.toLowerCase() === pageHost.toLowerCase()) return true;
    switch (hostPlace(host)) {
      case 'public':
        return true;
      case 'private':
        return pagePlace !== 'public';
      case 'loopback':
        return pagePlace === 'loopback';
      case 'never':
      case undefined:
        return false;
    }
  };
  return (address) => {
    const parts = partsOf(address);
    const first = parts?.[0];
    if (parts === undefined || first === undefined) return false;
    const names = new Set(parts.map(({ name }) => name));
    if (!TRANSPORTS.some((name) => names.has(name))) return false;
    if (!webrtc && WEBRTC.some((name) => names.has(name))) return false;
    const hosts = parts.filter(({ name }) => HOSTS.includes(name));
    if (!hosts.every(({ value }) => mayDial(value))) return false;
    // An address that names a peer only: a circuit through a relay that is already connected.
    if (first.name === 'p2p') return hosts.length === 0;
    if (first.name === 'sni' || !HOSTS.includes(first.name)) return false;
    if (names.has('ws') && !names.has('tls')) {
      return !pageSecure || hostPlace(first.value) === 'loopback';
    }
    return true;
  };
}

/** A multiaddr's text taken apart, or `undefined` if a part is not one that browsers dial. */
function partsOf(address: string): { name: string; value: string }[] | undefined {
  const [empty, ...words] = address.split('/');
  if (empty !== '') return undefined;
  const parts: { name: string; value: string }[] = [];
  while (words.length > 0) {
    const name = words.shift() ?? '';
    if (WITHOUT_VALUE.includes(name)) parts.push({ name, value: '' });
    else if (WITH_VALUE.includes(name)) parts.push({ name, value: words.shift() ?? '' });
    else return undefined;
  }
  return parts;
}
