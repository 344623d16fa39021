/** What an invite link has after the address; see `docs/protocol.md`. The fragment never reaches a web server. */
const INVITE_FRAGMENT = '#/i/';

const RELAY_FRAGMENT = '#/r/';

/** The whole link if the page was opened by a link that adds a relay, else `undefined`. */
export function relayLinkIn(address: URL | Location): string | undefined {
  return address.hash.startsWith(RELAY_FRAGMENT) ? address.href : undefined;
}

/** The whole link if the page was opened by an invite, else `undefined`. */
export function inviteIn(address: URL | Location): string | undefined {
  return address.hash.startsWith(INVITE_FRAGMENT) ? address.href : undefined;
}
