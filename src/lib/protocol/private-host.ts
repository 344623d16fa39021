/** `localhost` and addresses of this machine. */
export function isLoopbackHost(host: string): boolean {
  return (
    host === 'localhost' || host.endsWith('.localhost') || /^127\./.test(host) || host === '::1'
  );
}

/**
 * Whether a host name or address is of this machine or of a network of its own: loopback, RFC 1918, RFC 6598,
 * link-local, unique-local, unspecified, multicast and reserved ones, and names that only a local network knows. A
 * name of the public tree may still lead there; only whoever resolves it can tell.
 */
export function isPrivateHost(host: string): boolean {
  const bare = host.toLowerCase().replace(/^\[|\]$/g, '');
  if (isLoopbackHost(bare) || bare === '' || bare.endsWith('.local') || bare === '::') return true;
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
