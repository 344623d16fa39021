import { base64urlnopad } from '@scure/base';
import { cleanName } from '#lib/domain/name.ts';
import type { LinkProblem } from '#lib/domain/reasons.ts';
import { fail, ok } from '#lib/domain/result.ts';
import type { Result } from '#lib/domain/result.ts';
import type { IdentityKey, Milliseconds } from '#lib/domain/ids.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import { INVITE } from '#lib/protocol/invite.ts';
import type { Invite } from '#lib/protocol/invite.ts';
import { deviceKeyOf, identityKeyOf, parseIdentityKey } from '#lib/protocol/key-text.ts';
import {
  INVITE_MAX_BYTES,
  INVITE_RELAYS_MAX,
  LINK_MAX_CHARACTERS,
  SIGNATURE_BYTES,
} from '#lib/protocol/limits.ts';
import { DOMAIN } from '#lib/protocol/names.ts';
import { relayAddresses } from '#lib/protocol/relay-address.ts';
import { open, sign, SIGNED } from '#lib/protocol/signed.ts';
import type { Signer } from '#lib/protocol/signed.ts';
import { unwrapped } from '../unwrapped.ts';
import type { Invited } from '#lib/domain/contact.ts';
import { inviteReadings } from './travelled-link.ts';

/** What stands between a page's address and the invite; a fragment never reaches a web server. */
const FRAGMENT = '#/i/';
/** An invite in a text: anything may stand before it, and the first character that is not base64url ends it. */
const INVITE_IN_TEXT = /#\/i\/([A-Za-z0-9_-]*)/;
/** Every Ed25519 peer ID begins so; then come base58btc characters, 52 in all. */
const KEY_START = '12D3KooW';
const KEY_IN_TEXT = /12D3KooW[1-9A-HJ-NP-Za-km-z]*/;
const KEY_LENGTH = 52;
/** A key in groups or over two lines, and nothing of its kind directly after it. */
const KEY_WITH_GAPS =
  /^(?:[1-9A-HJ-NP-Za-km-z][\s>|=]*){51}[1-9A-HJ-NP-Za-km-z](?![1-9A-HJ-NP-Za-km-z])/;

/**
 * The invite link of a person: `ORIGIN/#/i/` and the signed invite in base64url. Relays that do not fit into
 * `INVITE_MAX_BYTES` are left out, the last first.
 */
export async function encodeInvite(
  identity: Signer,
  invite: Omit<Invite, 'identity'>,
  origin: string,
): Promise<string> {
  let relays = relayAddresses(invite.relays, INVITE_RELAYS_MAX);
  for (;;) {
    const value = { ...invite, relays, identity: identity.publicKey };
    const encoded = SIGNED.encode(await sign(identity, DOMAIN.invite, INVITE, value));
    if (encoded.byteLength <= INVITE_MAX_BYTES || relays.length === 0) {
      return `${origin.replace(/\/+$/, '')}/${FRAGMENT}${base64urlnopad.encode(encoded)}`;
    }
    relays = relays.slice(0, -1);
  }
}

/** Reads a key or an invite link out of what a person pasted, whatever was done to it on its way: the first one in the text. */
export async function readInvite(
  text: string,
  now: Milliseconds,
): Promise<Result<Invited, LinkProblem>> {
  if (text.length > LINK_MAX_CHARACTERS) return fail('too-long');
  if (text.trim() === '') return fail('empty');
  for (const bytes of inviteReadings(text)) {
    const read = await readBytes(bytes, now);
    // Only whoever holds the key can have made it; all else that it might be read as counts for nothing.
    if (read.ok || read.problem === 'expired') return read;
  }
  const link = linkIn(text);
  if (link !== undefined) return readLink(link, now);
  const key = unwrapped(text).flatMap((one) => keyIn(one) ?? [])[0];
  if (key !== undefined) return ok({ key, devices: [], relays: [] });
  const damaged = KEY_IN_TEXT.exec(text)?.[0];
  if (damaged !== undefined) return fail(damaged.length < KEY_LENGTH ? 'cut-short' : 'not-a-key');
  return fail(/^[A-Za-z0-9]+$/.test(text.trim()) ? 'not-a-key' : 'not-a-link');
}

/** The invite of the first link in a text as it stands, to say what is wrong with it. */
const linkIn = (text: string): string | undefined =>
  unwrapped(text).flatMap((one) => INVITE_IN_TEXT.exec(one)?.[1] ?? [])[0];

/** The first whole key in a text, also one that was wrapped or written in groups. */
function keyIn(text: string): IdentityKey | undefined {
  const start = text.indexOf(KEY_START);
  if (start < 0) return undefined;
  const key = KEY_WITH_GAPS.exec(text.slice(start))?.[0].replace(/[\s>|=]/g, '');
  return key === undefined ? undefined : parseIdentityKey(key);
}

async function readLink(text: string, now: Milliseconds): Promise<Result<Invited, LinkProblem>> {
  const bytes = decodeText(text);
  if (bytes === undefined) return fail('cut-short');
  if (bytes.byteLength > INVITE_MAX_BYTES) return fail('too-long');
  if (SIGNED.decode(bytes) === undefined && isBeginning(bytes)) return fail('cut-short');
  return readBytes(bytes, now);
}

async function readBytes(bytes: Bytes, now: Milliseconds): Promise<Result<Invited, LinkProblem>> {
  const signed = SIGNED.decode(bytes);
  if (signed === undefined) return fail('not-a-link');
  const claimed = INVITE.decode(signed.payload);
  if (claimed === undefined) return fail('not-a-link');
  const invite = await open(signed, claimed.identity, DOMAIN.invite, INVITE);
  if (invite === undefined) return fail('wrong-signature');
  if (invite.expires !== undefined && invite.expires <= now) return fail('expired');
  return ok(invitedBy(invite));
}

function invitedBy(invite: Invite): Invited {
  const name = cleanName(invite.name ?? '');
  return {
    key: identityKeyOf(invite.identity),
    ...(name === '' ? {} : { name }),
    devices: [...new Set(invite.devices.map(deviceKeyOf))],
    relays: relayAddresses(invite.relays, INVITE_RELAYS_MAX),
  };
}

/** The bytes of base64url characters, or `undefined` if no number of bytes has this many. */
function decodeText(text: string): Bytes | undefined {
  if (text.length % 4 === 1) return undefined;
  // A cut may leave bits over in the last character, which the decoder refuses; they say nothing, so they go.
  const whole = text.slice(0, text.length - (text.length % 4));
  const rest = text.slice(whole.length);
  const decoded = base64urlnopad.decode(whole);
  try {
    return new Uint8Array([...decoded, ...base64urlnopad.decode(rest)]);
  } catch {
    return new Uint8Array(decoded);
  }
}

/** Whether these bytes are the beginning of a longer signed message: field 1 with a length, then field 2. */
function isBeginning(bytes: Bytes): boolean {
  const [tag, low, high] = bytes;
  if (tag === undefined) return true;
  if (tag !== 0x0a) return false;
  if (low === undefined) return true;
  if (low < 0x80) return bytes.byteLength < 2 + low + 2 + SIGNATURE_BYTES;
  if (high === undefined) return true;
  const length = (low & 0x7f) | (high << 7);
  return (
    high < 0x80 && length <= INVITE_MAX_BYTES && bytes.byteLength < 3 + length + 2 + SIGNATURE_BYTES
  );
}
