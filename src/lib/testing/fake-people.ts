import type { Contact, Invited } from '#lib/domain/contact.ts';
import type { CallRecord } from '#lib/domain/call.ts';
import type { CallId, IdentityKey, Milliseconds } from '#lib/domain/ids.ts';
import { ok } from '#lib/domain/result.ts';

const key = (text: string): IdentityKey => text as IdentityKey;

/** Keys of people who exist only in tests: those of the signers 51 to 55. */
export const KEYS = {
  me: key('12D3KooWMe7xPq2vZs9RkLh4TgYbNc8JdFwQm3uXaVrC6eHtBn5S'),
  alice: key('12D3KooWBRFW3HkJCLKSWb4yG6iWRBpgNjbM4FFvNsL5T5JKTqrd'),
  boris: key('12D3KooWRePj1A493QxyfY1rYArjZDzZJZ2XGE4AygrhanGW5hn2'),
  chen: key('12D3KooWM3Zp1eoRH8ZQ7iTQdkfKWXKdMkK1ZVhjWRZT4cVfENUp'),
  daria: key('12D3KooWGt4zYgAjoaUHUWadfBqCtYn4bmqvBzGpMxxhGzXmJKEu'),
  stranger: key('12D3KooWCp9L1qPoeeLFBY78APVV5qpQwgiJvp6sGFbHWzKYKhYx'),
};

/** A contact with everything that a test does not care about filled in. */
export function contactOf(key: IdentityKey, name: string, part: Partial<Contact> = {}): Contact {
  return {
    key,
    name,
    trust: 'contact',
    hideAddress: false,
    added: 0,
    hints: { devices: [], relays: [] },
    epoch: 1,
    ...part,
  };
}

/** A past call; `minutesAgo` counts back from `now`. */
export function recordOf(
  id: string,
  peer: IdentityKey,
  peerName: string,
  now: Milliseconds,
  minutesAgo: number,
  part: Partial<CallRecord> = {},
): CallRecord {
  const started = now - minutesAgo * 60_000;
  return {
    id: id as CallId,
    peer,
    peerName,
    direction: 'outgoing',
    started,
    ended: started + 40_000,
    reason: 'hung-up',
    missed: false,
    seen: true,
    ...part,
  };
}

/** What a key or a link of the form `…#/i/NAME.KEY` names; enough for screens, no cryptography. */
export function readInvited(text: string) {
  const found = /12D3KooW[1-9A-HJ-NP-Za-km-z]{44}/.exec(text)?.[0];
  if (found === undefined) return undefined;
  const name = /#\/i\/([^.]+)\./.exec(text)?.[1];
  const invited: Invited = {
    key: key(found),
    devices: [],
    relays: [],
    ...(name !== undefined && { name: decodeURIComponent(name) }),
  };
  return ok(invited);
}
