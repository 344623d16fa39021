import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Connection } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import type { Multiaddr } from '@multiformats/multiaddr';
import { dialTarget } from './dial-target.ts';
import { reachOf } from '../limits/public-address.ts';
import type { AddressReach } from '../limits/public-address.ts';

/** A dial that is under way, and the IP address that it goes to. */
interface Permit {
  readonly peer: string;
  readonly ip: string;
}

/**
 * The only way in which this relay dials. libp2p itself may dial nothing: the gater asks for a permit, and there is
 * one exactly while {@link Dialler.dial} runs, for the one address and peer it was called with.
 */
export interface Dialler {
  /**
   * Connects to a relay. A host name is looked up here, once, and the connection goes to the address that was
   * checked: a name cannot lead elsewhere a moment later.
   * @throws when it does not come about.
   */
  dial(
    address: string,
    allowed: (reach: AddressReach) => boolean,
    signal: AbortSignal,
  ): Promise<Connection>;
  mayDial(address: Multiaddr): boolean;
  mayDialPeer(peer: string): boolean;
  /** The IP address to go to. */
  ipOf(address: Multiaddr): string | undefined;
}

export function createDialler(init: {
  readonly connect: (address: Multiaddr, signal: AbortSignal) => Promise<Connection>;
  /** IP addresses of a host name. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
}): Dialler {
  const resolve =
    init.resolve ??
    (async (name: string) => (await lookup(name, { all: true })).map(({ address }) => address));
  const permits = new Map<string, Permit>();

  return {
    async dial(text, allowed, signal) {
      const target = dialTarget(text);
      if (target === undefined) throw new Error('not the WebSocket of a relay');
      const ips = isIP(target.host) === 0 ? await resolve(target.host) : [target.host];
      signal.throwIfAborted();
      const ip = ips.find((candidate) => allowed(reachOf(candidate)));
      if (ip === undefined) throw new Error('no address that may be dialled');
      const address = multiaddr(text);
      const key = address.toString();
      if (permits.has(key)) throw new Error('already dialling');
      permits.set(key, { peer: target.peer, ip });
      try {
        return await init.connect(address, signal);
      } finally {
        permits.delete(key);
      }
    },
    mayDial: (address) => permits.has(address.toString()),
    mayDialPeer: (peer) => permits.values().some((permit) => permit.peer === peer),
    ipOf: (address) => permits.get(address.toString())?.ip,
  };
}
