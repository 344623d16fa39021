import type { Presence } from '#lib/domain/contact.ts';
import type { Milliseconds } from '#lib/domain/ids.ts';
import { m } from '#lib/messages/messages.js';
import { getLocale } from '#lib/messages/runtime.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The largest unit that fits; beyond a week nobody counts days, and a date would say more than it is worth. */
const UNITS = [
  ['week', 7 * DAY],
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
] as const;

/** Whether somebody can be called now, in a few words; empty where nothing is known. */
export function presenceText(presence: Presence, now: Milliseconds): string {
  switch (presence.state) {
    case 'online':
      return m.presence_online();
    case 'seen':
      return seenText(now - presence.at);
    case 'unreachable':
      return m.presence_unreachable();
    case 'unknown':
      return '';
  }
}

function seenText(ago: Milliseconds): string {
  const [unit, length] = UNITS.find(([, length]) => ago >= length) ?? [];
  if (unit === undefined) return m.presence_seen_now();
  const words = new Intl.RelativeTimeFormat(getLocale(), { numeric: 'always' });
  return m.presence_seen({ ago: words.format(-Math.floor(ago / length), unit) });
}
