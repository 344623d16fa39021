import type { CallId, DeviceKey, Milliseconds } from '#lib/domain/ids.ts';
import type { CallBody, CallFrame } from '#lib/protocol/call-frame.ts';
import { HEARTBEAT_MS, REPEAT_MS, RESEND_FIRST_MS, RESEND_MOST_MS, SILENCE_MS } from '../timing.ts';

/**
 * Frames that must arrive, in order and once, over channels that come and go, and over several at a time (go-back-N): every such frame has a
 * sequence number and is sent again until the other side acknowledges it; the receiver takes only the number it
 * expects. Pure: whoever calls sends what is returned.
 */
export interface Link {
  readonly id: CallId;
  /** The device at the other end; it stays the same for the whole call. */
  readonly device: DeviceKey;
  /** Whether a channel to the device is open, as far as is known. */
  readonly open: boolean;
  /** Whether frames go over the media path, too. */
  readonly frames: boolean;
  /** Highest sequence number given out. */
  readonly sent: number;
  /** Highest sequence number the other side has taken. */
  readonly acknowledged: number;
  /** Highest sequence number taken here without a gap. */
  readonly received: number;
  /** Numbered frames not acknowledged, oldest first. */
  readonly waiting: readonly Numbered[];
  /** Whether the other side waits for an acknowledgement. */
  readonly owing: boolean;
  readonly resendDelay: number;
  readonly resendAt: Milliseconds;
  readonly heartbeatAt: Milliseconds;
  /** When the channel counts as dead unless something comes over it. */
  readonly silentAt: Milliseconds;
  /** When anything came last, by any way. */
  readonly heardAt: Milliseconds;
}

/** By which way a frame came. */
export type Via = 'channel' | 'path';

interface Numbered {
  readonly sequence: number;
  readonly body: CallBody;
}

/** What a frame is to the receiver. `out-of-order` frames come again: they are dropped. */
export type Arrival = 'expected' | 'unnumbered' | 'repeated' | 'out-of-order';

/** Frames waiting for acknowledgement. More (a peer that never acknowledges) are not sent at all. */
export const WAITING_MAX = 128;

export function newLink(id: CallId, device: DeviceKey, now: Milliseconds): Link {
  return {
    id,
    device,
    open: true,
    frames: false,
    sent: 0,
    acknowledged: 0,
    received: 0,
    waiting: [],
    owing: false,
    resendDelay: RESEND_FIRST_MS,
    resendAt: now + RESEND_FIRST_MS,
    heartbeatAt: now + HEARTBEAT_MS,
    silentAt: now + SILENCE_MS,
    heardAt: now,
  };
}

/** Whether there is any way to send, as far as is known. */
export const speaks = (link: Link): boolean => link.open || link.frames;

/** A frame outside a link, or of a link that need not number it. */
export function looseFrame(id: CallId, body: CallBody, acknowledged = 0): CallFrame {
  return { callId: id, sequence: 0, acknowledged, body };
}

const frameOf = (link: Link, { sequence, body }: Numbered): CallFrame => ({
  ...looseFrame(link.id, body, link.received),
  sequence,
});

/** Every frame carries the acknowledgement and stands for a heartbeat. */
const spoken = (link: Link, now: Milliseconds): Link => ({
  ...link,
  owing: false,
  heartbeatAt: now + HEARTBEAT_MS,
});

/** Numbers a body and keeps it until it is acknowledged. No frame while there is no way, or too many wait. */
export function queue(
  link: Link,
  body: CallBody,
  now: Milliseconds,
): readonly [Link, readonly CallFrame[]] {
  if (link.waiting.length >= WAITING_MAX) return [link, []];
  const numbered = { sequence: link.sent + 1, body };
  const queued: Link = {
    ...link,
    sent: numbered.sequence,
    waiting: [...link.waiting, numbered],
    resendAt: link.waiting.length === 0 ? now + link.resendDelay : link.resendAt,
  };
  return speaks(link) ? [spoken(queued, now), [frameOf(queued, numbered)]] : [queued, []];
}

/** Nothing but the acknowledgement. */
export function heartbeat(link: Link, now: Milliseconds): readonly [Link, readonly CallFrame[]] {
  if (!speaks(link)) return [link, []];
  return [spoken(link, now), [looseFrame(link.id, { type: 'heartbeat' }, link.received)]];
}

/** Takes a frame of the other side. Only an `expected` one, or an `unnumbered` one, may be acted upon. */
export function receive(
  link: Link,
  frame: Pick<CallFrame, 'sequence' | 'acknowledged'>,
  now: Milliseconds,
  via: Via = 'channel',
): readonly [Link, Arrival] {
  // Nobody can acknowledge what was never sent.
  const acknowledged =
    frame.acknowledged > link.sent
      ? link.acknowledged
      : Math.max(link.acknowledged, frame.acknowledged);
  const progress = acknowledged > link.acknowledged;
  const heard: Link = {
    ...link,
    acknowledged,
    waiting: link.waiting.filter(({ sequence }) => sequence > acknowledged),
    heardAt: now,
    ...(via === 'channel' && { silentAt: now + SILENCE_MS }),
    ...(progress && { resendDelay: RESEND_FIRST_MS, resendAt: now + RESEND_FIRST_MS }),
  };
  if (frame.sequence === 0) return [heard, 'unnumbered'];
  if (frame.sequence === heard.received + 1) {
    return [{ ...heard, received: frame.sequence, owing: true }, 'expected'];
  }
  if (frame.sequence > heard.received) return [{ ...heard, owing: true }, 'out-of-order'];
  // It came by several ways, or our acknowledgement was lost: what was said just now has told it.
  const told = now < link.heartbeatAt - HEARTBEAT_MS + REPEAT_MS;
  return [{ ...heard, owing: heard.owing || !told }, 'repeated'];
}

/** A new channel to the device: everything that waits goes out at once, or a heartbeat to say that we are here. */
export function reopened(link: Link, now: Milliseconds): readonly [Link, readonly CallFrame[]] {
  return again({ ...link, open: true, silentAt: now + SILENCE_MS }, now);
}

/** Frames go over the media path from now on, or not any more. */
export function framed(
  link: Link,
  frames: boolean,
  now: Milliseconds,
): readonly [Link, readonly CallFrame[]] {
  if (frames === link.frames) return [link, []];
  return frames ? again({ ...link, frames }, now) : [{ ...link, frames }, []];
}

function again(link: Link, now: Milliseconds): readonly [Link, readonly CallFrame[]] {
  const next = { ...link, resendDelay: RESEND_FIRST_MS, resendAt: now + RESEND_FIRST_MS };
  return next.waiting.length === 0 ? heartbeat(next, now) : [spoken(next, now), all(next)];
}

/** Says something else, under the same number, instead of what has perhaps not arrived yet. */
export const rewrite = (link: Link, body: (waiting: CallBody) => CallBody): Link => ({
  ...link,
  waiting: link.waiting.map((numbered) => ({ ...numbered, body: body(numbered.body) })),
});

const all = (link: Link): readonly CallFrame[] =>
  link.waiting.map((numbered) => frameOf(link, numbered));

/** The other side has shown that it knows the call, so that a heartbeat means something to it. */
const known = (link: Link): boolean => link.received > 0 || link.acknowledged > 0;

/** What has to be sent again, or to be sent for want of anything else, at `now`. */
export function due(link: Link, now: Milliseconds): readonly [Link, readonly CallFrame[]] {
  if (!speaks(link)) return [link, []];
  if (link.waiting.length > 0 && now >= link.resendAt) {
    const resendDelay = Math.min(link.resendDelay * 2, RESEND_MOST_MS);
    return [{ ...spoken(link, now), resendDelay, resendAt: now + resendDelay }, all(link)];
  }
  return known(link) && now >= link.heartbeatAt ? heartbeat(link, now) : [link, []];
}

/** Whether an open channel has been silent for too long. */
export const silent = (link: Link, now: Milliseconds): boolean => link.open && now >= link.silentAt;

/** When {@link due} or {@link silent} has something to say next. */
export function linkDeadline(link: Link): Milliseconds {
  if (!speaks(link)) return Infinity;
  return Math.min(
    link.open ? link.silentAt : Infinity,
    link.waiting.length > 0 ? link.resendAt : Infinity,
    known(link) ? link.heartbeatAt : Infinity,
  );
}
