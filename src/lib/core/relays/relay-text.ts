import { base64urlnopad } from '@scure/base';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { LINK_MAX_CHARACTERS, MULTIADDR_MAX_BYTES } from '#lib/protocol/limits.ts';
import { isRelayAddress } from '#lib/protocol/relay-address.ts';
import { unwrapped } from '../unwrapped.ts';

/** What stands between a page's address and a relay's multiaddr; a fragment never reaches a web server. */
const FRAGMENT = '#/r/';
/** A relay link in a text: anything may stand before it, and the first character that is not base64url ends it. */
const LINK_IN_TEXT = /[#*]\/r\/([A-Za-z0-9_-]+)/;
const MULTIADDR_IN_TEXT = /\/(?:ip4|ip6|dns|dns4|dns6)\/\S+/;
const WEB_ADDRESS = /^https?:\/\/[^\s/?#]+/i;
/** A bare name of a web site, with a port perhaps. */
const SITE = /^(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?::\d{1,5})?\/?$/;

/** A machine without a name, as relays without one are shown: it can have no certificate. */
const BARE = /^(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\])(?::\d{1,5})?\/?$/i;

/** What a person typed, pasted or scanned to name a relay. */
export type RelayText =
  | { readonly kind: 'empty' }
  | { readonly kind: 'nonsense' }
  | { readonly kind: 'address'; readonly address: RelayAddress }
  /** A web address to ask for `/relay.json`. */
  | { readonly kind: 'web'; readonly url: string };

/** Reads a relay's link, multiaddr or web address. */
export function readRelayText(text: string): RelayText {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'empty' };
  if (trimmed.length > LINK_MAX_CHARACTERS) return { kind: 'nonsense' };
  const links = unwrapped(trimmed).flatMap(linksIn);
  const addresses = links.length > 0 ? links.map(decode) : [MULTIADDR_IN_TEXT.exec(trimmed)?.[0]];
  const address = addresses.find((one) => one !== undefined && isRelayAddress(one));
  if (address !== undefined) return { kind: 'address', address };
  if (links.length > 0) return { kind: 'nonsense' };
  const url = WEB_ADDRESS.exec(trimmed)?.[0] ?? withScheme(trimmed);
  return URL.canParse(url) ? { kind: 'web', url: new URL(url).origin } : { kind: 'nonsense' };
}

function withScheme(text: string): string {
  if (BARE.test(text)) return `http://${text}`;
  return SITE.test(text) ? `https://${text}` : '';
}

/** What may be a relay's link in a text: as it stands, with dashes as the hyphens they were, and over more than one line. */
function linksIn(text: string): readonly string[] {
  const hyphens = text.replace(/[\u2013\u2014]/g, '--').replace(/[\u2010-\u2012\u2212]/g, '-');
  return [text, hyphens, hyphens.replace(/[\s>|=\\]+/g, '')].flatMap(
    (one) => LINK_IN_TEXT.exec(one)?.[1] ?? [],
  );
}

/** A link that adds a relay when it is opened or scanned. */
export function relayLink(origin: string, address: RelayAddress): string {
  const encoded = base64urlnopad.encode(new TextEncoder().encode(address));
  return `${origin.replace(/\/+$/, '')}/${FRAGMENT}${encoded}`;
}

function decode(text: string): string | undefined {
  try {
    const bytes = base64urlnopad.decode(text);
    if (bytes.byteLength > MULTIADDR_MAX_BYTES) return undefined;
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
