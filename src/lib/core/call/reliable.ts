import { fromHex } from '#lib/domain/bytes.ts';
import type { CallId, DeviceKey, Milliseconds } from '#lib/domain/ids.ts';
import type { CallBody, CallFrame } from '#lib/protocol/call-frame.ts';
import { HEARTBEAT_MS, RESEND_FIRST_MS, RESEND_MOST_MS, SILENCE_MS } from './timing.ts';

/**
 * Frames that must arrive, in order and once, over channels that come and go (go-back-N): every such frame has a
 * sequence number and is sent again until the other side acknowledges it; the receiver takes only the number it
 * expects. Pure: whoever calls sends what is returned.
 */
export interface Link {
  readonly id: CallId;
  /** The device at the other end; it stays the same for the whole call. */
  readonly device: DeviceKey;
  /** Whether a channel to the device is open, as far as is known. */
  readonly open: boolean;
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
  /** When the channel counts as dead unless something comes. */
  readonly silentAt: Milliseconds;
}

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
    sent: 0,
    acknowledged: 0,
    received: 0,
    waiting: [],
    owing: false,
    resendDelay: RESEND_FIRST_MS,
    resendAt: now + RESEND_FIRST_MS,
    heartbeatAt: now + HEARTBEAT_MS,
    silentAt: now + SILENCE_MS,
  };
}

/** A frame outside a link, or of a link that need not number it. */
export function looseFrame(id: CallId, body: CallBody, acknowledged = 0): CallFrame {
  const callId = fromHex(id);
  if (callId === undefined) throw new TypeError('a branded call ID is always valid');
  return { callId, sequence: 0, acknowledged, body };
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

/** Numbers a body and keeps it until it is acknowledged. No frame while no channel is open, or too many wait. */
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
  return link.open ? [spoken(queued, now), [frameOf(queued, numbered)]] : [queued, []];
}

/** Nothing but the acknowledgement. */
export function heartbeat(link: Link, now: Milliseconds): readonly [Link, readonly CallFrame[]] {
  if (!link.open) return [link, []];
  return [spoken(link, now), [looseFrame(link.id, { type: 'heartbeat' }, link.received)]];
}

/** Takes a frame of the other side. Only an `expected` one, or an `unnumbered` one, may be acted upon. */
export function receive(
  link: Link,
  frame: Pick<CallFrame, 'sequence' | 'acknowledged'>,
  now: Milliseconds,
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
    silentAt: now + SILENCE_MS,
    ...(progress && { resendDelay: RESEND_FIRST_MS, resendAt: now + RESEND_FIRST_MS }),
  };
  if (frame.sequence === 0) return [heard, 'unnumbered'];
  if (frame.sequence === heard.received + 1) {
    return [{ ...heard, received: frame.sequence, owing: true }, 'expected'];
  }
  return [
    { ...heard, owing: true },
    frame.sequence <= heard.received ? 'repeated' : 'out-of-order',
  ];
}

/** A new channel to the device: everything that waits goes out at once, or a heartbeat to say that we are here. */
export function reopened(link: Link, now: Milliseconds): readonly [Link, readonly CallFrame[]] {
  const open: Link = {
    ...link,
    open: true,
    resendDelay: RESEND_FIRST_MS,
    resendAt: now + RESEND_FIRST_MS,
    silentAt: now + SILENCE_MS,
  };
  return open.waiting.length === 0 ? heartbeat(open, now) : [spoken(open, now), all(open)];
}

const all = (link: Link): readonly CallFrame[] =>
  link.waiting.map((numbered) => frameOf(link, numbered));

/** The other side has shown that it knows the call, so that a heartbeat means something to it. */
const known = (link: Link): boolean => link.received > 0 || link.acknowledged > 0;

/** What has to be sent again, or to be sent for want of anything else, at `now`. */
export function due(link: Link, now: Milliseconds): readonly [Link, readonly CallFrame[]] {
  if (!link.open) return [link, []];
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
  if (!link.open) return Infinity;
  return Math.min(
    link.silentAt,
    link.waiting.length > 0 ? link.resendAt : Infinity,
    known(link) ? link.heartbeatAt : Infinity,
  );
}
