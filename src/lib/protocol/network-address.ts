/** What an address says about where packets to it go. */
export type AddressScope = 'ordinary' | 'loopback' | 'unspecified' | 'multicast' | 'reserved';

/** The four bytes of a dotted decimal IPv4 address, without leading zeros (which some read as octal). */
function ipv4Bytes(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes = parts.map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

/** The eight 16-bit groups of an IPv6 address (RFC 4291, 2.2), without a zone. */
function ipv6Groups(text: string): number[] | undefined {
  if (!/^[0-9a-fA-F:.]{2,45}$/.test(text)) return undefined;
  let hexadecimal = text;
  const lastColon = text.lastIndexOf(':');
  if (text.includes('.')) {
    const v4 = ipv4Bytes(text.slice(lastColon + 1));
    if (v4 === undefined) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = v4;
    const tail = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
    hexadecimal = text.slice(0, lastColon + 1) + tail;
  }
  const halves = hexadecimal.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}

/** https://www.iana.org/assignments/iana-ipv4-special-registry */
function ipv4Scope(bytes: readonly number[]): AddressScope {
  const [first = 0] = bytes;
  // All of 0.0.0.0/8 is "this host" to some systems.
  if (first === 0) return 'unspecified';
  if (first === 127) return 'loopback';
  if (first >= 224 && first < 240) return 'multicast';
  // 240.0.0.0/4 with the broadcast address.
  return first >= 240 ? 'reserved' : 'ordinary';
}

/** The IPv4 address inside a mapped, compatible, NAT64 or 6to4 IPv6 address: what its packets may reach. */
function embeddedIpv4(groups: readonly number[]): number[] | undefined {
  const [g0 = 0, g1 = 0, g2 = 0, g3 = 0, g4 = 0, g5 = 0, g6 = 0, g7 = 0] = groups;
  const split = (high: number, low: number) => [high >> 8, high & 255, low >> 8, low & 255];
  if (g0 === 0x2002) return split(g1, g2);
  const middleIsZero = g2 === 0 && g3 === 0 && g4 === 0;
  if (g0 === 0x64 && g1 === 0xff9b && middleIsZero && g5 === 0) return split(g6, g7);
  const headIsZero = g0 === 0 && g1 === 0 && middleIsZero;
  if (headIsZero && (g5 === 0 || g5 === 0xffff)) return split(g6, g7);
  // ::ffff:0:a.b.c.d of RFC 2765.
  const translated = g0 === 0 && g1 === 0 && g2 === 0 && g3 === 0 && g4 === 0xffff && g5 === 0;
  return translated ? split(g6, g7) : undefined;
}

/** https://www.iana.org/assignments/iana-ipv6-special-registry */
function ipv6Scope(groups: readonly number[]): AddressScope {
  const [first = 0] = groups;
  const last = groups[7] ?? 0;
  if (groups.slice(0, 7).every((group) => group === 0) && last <= 1) {
    return last === 1 ? 'loopback' : 'unspecified';
  }
  if (first >> 8 === 0xff) return 'multicast';
  const embedded = embeddedIpv4(groups);
  return embedded === undefined ? 'ordinary' : ipv4Scope(embedded);
}

/** The scope of an IPv4 or IPv6 address, or `undefined` for any other text (names, zones, octal, ports). */
export function addressScope(text: string): AddressScope | undefined {
  const v4 = ipv4Bytes(text);
  if (v4 !== undefined) return ipv4Scope(v4);
  const v6 = text.includes(':') ? ipv6Groups(text) : undefined;
  return v6 && ipv6Scope(v6);
}
