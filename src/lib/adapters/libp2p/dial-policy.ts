/** Where the page came from decides what it may dial. */
export interface DialPolicyInit {
  /** The page's host name or IP address. */
  readonly pageHost: string;
  /** Whether the page came over https; then the browser itself refuses ws. */
  readonly pageSecure: boolean;
}

const TRANSPORTS = ['ws', 'wss', 'webrtc-direct', 'webrtc', 'p2p-circuit'];

/** The parts of the multiaddrs that a browser dials; the others are refused. */
const WITH_VALUE = ['ip4', 'ip6', 'dns', 'dns4', 'dns6', 'tcp', 'udp', 'sni', 'certhash', 'p2p'];
const WITHOUT_VALUE = ['tls', ...TRANSPORTS];

/**
 * Which multiaddrs this browser dials. Addresses come from strangers too (invites, presence records), so a page
 * from the internet never dials into the private network it stands in, and plain `ws` only where the page itself
 * came over plain http or to this machine.
 */
export function dialPolicy({ pageHost, pageSecure }: DialPolicyInit): (address: string) => boolean {
  const pageIsPrivate = isPrivateHost(pageHost);
  return (address) => {
    const parts = partsOf(address);
    const first = parts?.[0];
    if (parts === undefined || first === undefined) return false;
    const names = new Set(parts.map(({ name }) => name));
    if (!TRANSPORTS.some((name) => names.has(name))) return false;
    // An address that names a peer only: a circuit through a relay that is already connected.
    if (first.name === 'p2p') return true;
    if (isPrivateHost(first.value) && !pageIsPrivate) return false;
    if (names.has('ws') && !names.has('tls')) return !pageSecure || isLoopback(first.value);
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

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host.endsWith('.localhost') || /^127\./.test(host) || host === '::1'
  );
}

/** RFC 1918, RFC 6598, link-local, unique-local, unspecified and names that only a local network knows. */
function isPrivateHost(host: string): boolean {
  const bare = host.toLowerCase().replace(/^\[|\]$/g, '');
  if (isLoopback(bare) || bare === '' || bare.endsWith('.local') || bare === '::') return true;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1] ?? bare;
  const quad = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(mapped);
  if (quad !== null) {
    const [a, b] = [Number(quad[1]), Number(quad[2])];
    return (
      a === 0 ||
      a === 10 ||
      a === 127 ||
      (a === 100 && b >= 64 && b < 128) ||
      (a === 169 && b === 254) ||
      (a === 172 && b >= 16 && b < 32) ||
      (a === 192 && b === 168) ||
      a >= 224
    );
  }
  return /^(f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:|ff[0-9a-f]{2}:|::ffff:)/.test(bare);
}
