import type { IceAnswer, IceProbe } from '#lib/ports/ice-probe.ts';
import type { IceServer } from '#lib/ports/media.ts';
import { openEcho } from './echo.ts';
import { gather } from './gather.ts';
import type { Gathered } from './gather.ts';

const isTurn = ({ urls }: IceServer): boolean => urls.some((url) => /^turns?:/.test(url));

/** `1.2.3.4:5`, `[::1]:5`; `undefined` for a candidate that hides its address, or has none. */
function endpoint(address: string | null, port: number | null): string | undefined {
  if (!address || !port || address.endsWith('.local')) return undefined;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** What a STUN server answered. */
function stunAnswer({ candidates, failed, complete, tookMs }: Gathered): IceAnswer | undefined {
  const seen = candidates.find(({ type }) => type === 'srflx');
  if (seen !== undefined) {
    const mapped = endpoint(seen.address, seen.port);
    return { relayed: false, tookMs, ...(mapped !== undefined && { mapped }) };
  }
  // A mapped address that equals the local one makes no candidate of its own: gathering just ends without an error.
  const own = candidates.find(({ type, protocol }) => type === 'host' && protocol === 'udp');
  if (!complete || failed || own === undefined) return undefined;
  const mapped = endpoint(own.address, own.port);
  return { relayed: false, open: true, tookMs, ...(mapped !== undefined && { mapped }) };
}

async function askOne(server: IceServer, signal: AbortSignal): Promise<IceAnswer | undefined> {
  if (isTurn(server)) {
    const isRelay = ({ type }: RTCIceCandidate) => type === 'relay';
    const found = await gather([server], 'relay', signal, (all) => all.some(isRelay));
    if (!found.candidates.some(isRelay)) return undefined;
    return { relayed: true, tookMs: found.tookMs };
  }
  const isMapped = ({ type }: RTCIceCandidate) => type === 'srflx';
  return stunAnswer(await gather([server], 'all', signal, (all) => all.some(isMapped)));
}

/** STUN and TURN servers asked by the browser itself, as it asks them for calls. */
export const browserIceProbe: IceProbe = {
  ask: (servers, signal) => Promise.all(servers.map((server) => askOne(server, signal))),

  async mappings(servers, signal) {
    const { candidates } = await gather(servers, 'all', signal, () => false);
    /** What the servers saw, by the local address and port from which they were asked. */
    const byBase = new Map<string, Set<string>>();
    for (const { type, protocol, address, port, relatedAddress, relatedPort } of candidates) {
      const mapped = endpoint(address, port);
      if (type !== 'srflx' || protocol !== 'udp' || mapped === undefined) continue;
      const base = `${relatedAddress ?? ''} ${relatedPort ?? ''}`;
      byBase.set(base, (byBase.get(base) ?? new Set()).add(mapped));
    }
    // A second network (a VPN, IPv6) has mappings of its own, which say nothing of the first one's NAT.
    const sets = [...byBase.values()].sort((one, other) => other.size - one.size);
    return [...(sets[0] ?? [])];
  },

  echo: (microphone, servers, signal) => openEcho(microphone, servers, signal, 'relay'),
};
