import type { Milliseconds } from '#lib/domain/ids.ts';
import { m } from '#lib/messages/messages.js';
import { getLocale } from '#lib/messages/runtime.js';

const SECOND = 1000;
const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;

const two = (value: number) => String(value).padStart(2, '0');

/** A length as a clock shows it: `0:07`, `12:30`, `1:02:03`. */
export function clockText(length: Milliseconds): string {
  const total = Math.max(0, Math.floor(length / SECOND));
  const hours = Math.floor(total / HOUR_SECONDS);
  const minutes = Math.floor(total / MINUTE_SECONDS) % MINUTE_SECONDS;
  const seconds = total % MINUTE_SECONDS;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** A length in words, for reading aloud: `2 minutes 5 seconds`. */
export function lengthWords(length: Milliseconds): string {
  const total = Math.max(0, Math.floor(length / SECOND));
  const hours = Math.floor(total / HOUR_SECONDS);
  const minutes = Math.floor(total / MINUTE_SECONDS) % MINUTE_SECONDS;
  const seconds = total % MINUTE_SECONDS;
  const parts = [
    hours > 0 && m.duration_hours({ count: hours }),
    minutes > 0 && m.duration_minutes({ count: minutes }),
    (seconds > 0 || total === 0) && m.duration_seconds({ count: seconds }),
  ];
  return parts.filter((part) => part !== false).join(' ');
}

/** About how long, in its largest unit: `3 hours`. */
export function aboutText(length: Milliseconds): string {
  const minutes = Math.round(length / SECOND / MINUTE_SECONDS);
  const hours = Math.round(minutes / 60);
  const [value, unit] =
    minutes < 60
      ? [minutes, 'minute']
      : hours < 48
        ? [hours, 'hour']
        : [Math.round(hours / 24), 'day'];
  const how = { style: 'unit', unit, unitDisplay: 'long' } as const;
  return new Intl.NumberFormat(getLocale(), how).format(value);
}

export function timeText(time: Milliseconds): string {
  return new Intl.DateTimeFormat(getLocale(), { hour: 'numeric', minute: '2-digit' }).format(time);
}

const dayOf = (time: Milliseconds) => new Date(time).setHours(0, 0, 0, 0);

/** The day of a time as people say it: today, yesterday, else the date. */
export function dayText(time: Milliseconds, now: Milliseconds): string {
  if (dayOf(time) === dayOf(now)) return m.call_today();
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(time) === dayOf(yesterday.getTime())) return m.call_yesterday();
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  const year = sameYear ? {} : ({ year: 'numeric' } as const);
  return new Intl.DateTimeFormat(getLocale(), { day: 'numeric', month: 'short', ...year }).format(
    time,
  );
}

/** A short time as a figure: `48 ms`. */
export const millisecondsText = (time: Milliseconds): string =>
  m.details_ms({ value: Math.round(time).toLocaleString(getLocale()) });
