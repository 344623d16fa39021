import { shortKey } from '#lib/domain/short-key.ts';
import { m } from '#lib/messages/messages.js';
import type { CallPeer } from '#lib/state/views.ts';

export { shortKey };

/** What to call somebody on the screen: their name, or the short key where there is none. */
export function nameOf(person: { readonly name: string; readonly key: string }): string {
  return person.name === '' ? m.short_key({ key: shortKey(person.key) }) : person.name;
}

/** Somebody as a call names them. */
export interface Named {
  readonly name: string;
  readonly key: string;
  /** Not in the contacts: the name is only what they claim. */
  readonly stranger: boolean;
}

export const namedPeer = ({ name, key, trust }: CallPeer): Named => ({
  name,
  key,
  stranger: trust === 'stranger',
});

/** As {@link nameOf}, with a stranger's claim shown as one: in quotes. */
export function quotedNameOf({ name, key, stranger }: Named): string {
  return stranger && name !== '' ? m.claimed_name({ name }) : nameOf({ name, key });
}

/** Who rings, in a sentence: for the dialog, the title and the notification alike. */
export function incomingWords({ name, key, stranger }: Named): string {
  if (!stranger) return m.incoming_from({ name: nameOf({ name, key }) });
  const short = m.short_key({ key: shortKey(key) });
  return name === ''
    ? m.incoming_from_unnamed({ key: short })
    : m.incoming_from_stranger({ name, key: short });
}

const graphemes = new Intl.Segmenter();
const LETTER = /[\p{L}\p{N}]/u;
const PICTURE = /^[\p{ExtPict}\p{RI}]/u;

/** One or two letters for an avatar, or the emoji that a name begins with; empty for a nameless person. */
export function initialsOf(name: string): string {
  const words = name
    .split(' ')
    .map((word) => Array.from(graphemes.segment(word), ({ segment }) => segment));
  const picture = words[0]?.[0] ?? '';
  if (PICTURE.test(picture)) return picture;
  const letters = words.flatMap((word) => word.find((letter) => LETTER.test(letter)) ?? []);
  const [first = ''] = letters;
  return (first + (letters.slice(1).at(-1) ?? '')).toLocaleUpperCase();
}

/** A relay's name for people: its host, or the short form of its key. */
export function relayName(address: string): string {
  const host = /^\/(?:dns[46]?|dnsaddr|ip[46])\/([^/]+)/.exec(address)?.[1];
  const port = /\/(?:tcp|udp)\/(\d+)/.exec(address)?.[1];
  if (host === undefined) return shortKey(relayKey(address));
  return port === undefined || port === '443' || port === '80' ? host : `${host}:${port}`;
}

/** The relay's peer ID: several addresses of one relay are one relay. */
const relayKey = (address: string): string => address.split('/').at(-1) ?? address;
