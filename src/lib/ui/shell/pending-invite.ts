/** What an invite link has after the address; see `docs/protocol.md`. The fragment never reaches a web server. */
const INVITE_FRAGMENT = '#/i/';

/** The whole link if the page was opened by an invite, else `undefined`. */
export function inviteIn(address: URL | Location): string | undefined {
  return address.hash.startsWith(INVITE_FRAGMENT) ? address.href : undefined;
}
