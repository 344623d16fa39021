import { straightAddress } from './straight-address.ts';

/** What an invite link has after the address; see `docs/protocol.md`. The fragment never reaches a web server. */
const INVITE_FRAGMENT = '#/i/';

const RELAY_FRAGMENT = '#/r/';

function linkIn({ href }: URL | Location, fragment: string): string | undefined {
  const address = straightAddress(href);
  return new URL(address).hash.startsWith(fragment) ? address : undefined;
}

/** The whole link if the page was opened by a link that adds a relay, else `undefined`. */
export const relayLinkIn = (address: URL | Location): string | undefined =>
  linkIn(address, RELAY_FRAGMENT);

/** The whole link if the page was opened by an invite, else `undefined`. */
export const inviteIn = (address: URL | Location): string | undefined =>
  linkIn(address, INVITE_FRAGMENT);
