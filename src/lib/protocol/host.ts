import { addressScope } from './network-address.ts';
import type { AddressScope } from './network-address.ts';

/** Where a host may be. `never`: at no address that anybody has a reason to name. */
export type HostPlace = 'public' | 'private' | 'loopback' | 'never';

const PLACES: Readonly<Record<AddressScope, HostPlace>> = {
  ordinary: 'public',
  private: 'private',
  shared: 'private',
  loopback: 'loopback',
  'link-local': 'never',
  unspecified: 'never',
  multicast: 'never',
  reserved: 'never',
};

const NAME_MAX_LENGTH = 253;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** A name whose last label is a number is an address in another spelling to browsers (WHATWG URL, 3.5). */
const NUMBER = /^(?:\d+|0x[0-9a-f]*)$/;
/** Names that only a local network resolves: RFC 6762, RFC 8375, those that ICANN keeps free, and those of routers. */
const LOCAL_SUFFIXES = new Set([
  ...['local', 'internal', 'intranet', 'private', 'corp', 'home', 'lan', 'localdomain'],
  'home.arpa',
]);

/**
 * Where the host in an address that somebody else chose may be: a name in plain ASCII, an IPv4 address in dotted
 * decimal, or an IPv6 address, in brackets or not; `undefined` for every other spelling. Browsers read `3232235777`,
 * `0xc0.0xa8.1.1`, `192.168.257`, `%31%30.0.0.1` and `１０.0.0.1` as addresses, too: as nobody writes them who has
 * nothing to hide they are no hosts here. A name of the public tree may still lead into a private network; only whoever
 * resolves it can tell.
 */
export function hostPlace(host: string): HostPlace | undefined {
  const bare = host.toLowerCase();
  const scope = addressScope(bare.replace(/^\[(.*:.*)\]$/, '$1'));
  if (scope !== undefined) return PLACES[scope];
  const name = bare.replace(/\.$/, '');
  const labels = name.split('.');
  const last = labels.at(-1) ?? '';
  if (name.length > NAME_MAX_LENGTH || NUMBER.test(last)) return undefined;
  if (!labels.every((label) => LABEL.test(label))) return undefined;
  if (last === 'localhost') return 'loopback';
  // A name of one label is looked for in the local network.
  const isLocal = labels.length === 1 || LOCAL_SUFFIXES.has(last);
  return isLocal || LOCAL_SUFFIXES.has(labels.slice(-2).join('.')) ? 'private' : 'public';
}

/** Whether a host is in no private network, as far as its text tells. */
export const isPublicHost = (host: string): boolean => hostPlace(host) === 'public';
