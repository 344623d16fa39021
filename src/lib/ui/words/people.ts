import { m } from '#lib/messages/messages.js';

/** Characters of a short key at each end: enough to tell two people apart at a glance, never to verify one. */
const SHORT_KEY_HEAD = 4;
const SHORT_KEY_TAIL = 4;
/** Every key begins with this; it tells nothing. */
const KEY_PREFIX = '12D3KooW';

/** A key for people to recognise, for example `Qm3u…xV7y`. */
export function shortKey(key: string): string {
  const own = key.startsWith(KEY_PREFIX) ? key.slice(KEY_PREFIX.length) : key;
  return own.length <= SHORT_KEY_HEAD + SHORT_KEY_TAIL
    ? own
    : `${own.slice(0, SHORT_KEY_HEAD)}…${own.slice(-SHORT_KEY_TAIL)}`;
}

/** What to call somebody on the screen: their name, or the short key where there is none. */
export function nameOf(person: { readonly name: string; readonly key: string }): string {
  return person.name === '' ? m.short_key({ key: shortKey(person.key) }) : person.name;
}

/** One or two letters for an avatar; empty for a nameless person. */
export function initialsOf(name: string): string {
  const words = name.split(' ').filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = (word: string | undefined) =>
    Array.from(word ?? '').find((letter) => /[\p{L}\p{N}]/u.test(letter)) ?? '';
  const last = words.length > 1 ? words.at(-1) : undefined;
  return (first(words[0]) + first(last)).toLocaleUpperCase();
}

/** A relay's name for people: its host, or the short form of its key. */
export function relayName(address: string): string {
  const host = /^\/(?:dns[46]?|dnsaddr|ip[46])\/([^/]+)/.exec(address)?.[1];
  const port = /\/(?:tcp|udp)\/(\d+)/.exec(address)?.[1];
  if (host === undefined) return shortKey(address.split('/').at(-1) ?? address);
  return port === undefined || port === '443' || port === '80' ? host : `${host}:${port}`;
}
