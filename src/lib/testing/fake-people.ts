import type { Contact } from '#lib/domain/contact.ts';
import type { CallRecord } from '#lib/domain/call.ts';
import type { CallId, IdentityKey, Milliseconds } from '#lib/domain/ids.ts';

const key = (text: string): IdentityKey => text as IdentityKey;

/** Keys of people who exist only in tests: those of the signers 51 to 55. */
export const KEYS = {
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
