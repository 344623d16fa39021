import type { RelayAddress } from '#lib/domain/ids.ts';
import type { IceServer } from '#lib/ports/media.ts';
import { isPublicHost } from '#lib/protocol/host.ts';
import { relayHostOf } from '#lib/protocol/relay-address.ts';
import type { TurnResponse } from '#lib/protocol/turn.ts';
import { readIceUrl } from './ice-url.ts';
import type { IceUrl } from './ice-url.ts';

/** The kinds of URL that one relay may contribute, one of each: best first by what they cost and cross. */
const KINDS = ['stun/udp', 'turn/udp', 'turn/tcp', 'turns/tcp'] as const;
/**
 * What a second relay contributes: there to step in for the first one's, and browsers gather slowly from more than
 * four or five URLs. `turns` gets through where only TCP on 443 does.
 */
const KINDS_OF_SECOND: readonly string[] = ['turn/udp', 'turns/tcp'];

/**
 * What a relay's answer is worth: STUN and TURN servers that a browser takes, at most one of each kind.
 *
 * A relay may name any host: coturn may run on another machine, under another name. What it can do with that is to make
 * browsers send STUN packets to a stranger (few, with no amplification, to ports that are TURN's own: `readIceUrl`), and
 * to carry encrypted voice there, which it may do itself. It cannot send them into a private network: hosts that are
 * loopback or private by their text are taken only from a relay that is on such an address itself. A name that
 * resolves to a private address is not noticed here; browsers' own rules for private networks are what is left.
 */
export function serversOf(
  { urls, username, credential }: TurnResponse,
  relay: RelayAddress,
  place: 'first' | 'second' = 'first',
): readonly IceServer[] {
  const relayIsPublic = isPublicHost(relayHostOf(relay));
  const byKind = new Map<string, IceUrl>();
  for (const url of urls) {
    const read = readIceUrl(url);
    if (read === undefined || (relayIsPublic && !isPublicHost(read.host))) continue;
    const kind = `${read.scheme}/${read.transport}`;
    if (!byKind.has(kind)) byKind.set(kind, read);
  }
  const chosen = KINDS.filter(
    (kind) => place === 'first' || KINDS_OF_SECOND.includes(kind),
  ).flatMap((kind) => byKind.get(kind) ?? []);
  const stun = chosen.filter(({ scheme }) => scheme === 'stun').map(({ url }) => url);
  const turn = chosen.filter(({ scheme }) => scheme !== 'stun').map(({ url }) => url);
  return [
    ...(stun.length > 0 ? [{ urls: stun }] : []),
    // A browser throws at TURN without credentials.
    ...(turn.length > 0 && username && credential ? [{ urls: turn, username, credential }] : []),
  ];
}
