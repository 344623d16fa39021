import type { DeviceKey } from '#lib/domain/ids.ts';
import { encodeCallFrame } from '#lib/protocol/call-frame.ts';
import type { CallFrame } from '#lib/protocol/call-frame.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Log } from '#lib/ports/log.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import { FrameGate } from './frame-gate.ts';

/** Channels that others opened, per device: two, and room for dead ones that have not been noticed. */
export const INBOUND_PER_DEVICE_MAX = 4;
/** Channels that others opened, over all devices. The oldest that no call needs makes room. */
const INBOUND_MAX = 32;
/** How long a new channel may take to bring its first frame, ms. */
export const FIRST_FRAME_MS = 10_000;
/** A channel that no call needs is closed after so long without a frame, ms. */
export const IDLE_MS = 30_000;
export interface ChannelEvents {
  /** A well-formed frame; the channel's next one waits for the promise. `false` closes the channel. */
  onFrame(device: DeviceKey, frame: CallFrame): Promise<boolean>;
  /** Another channel to the device is open. */
  onOpened(device: DeviceKey): void;
  /** The newest channel to the device is gone. An older one is used again, and may be dead without knowing it. */
  onOlder(device: DeviceKey): void;
  /** The last channel to the device is gone. */
  onLost(device: DeviceKey): void;
  /** Whether a call needs channels to this device. */
  needed(device: DeviceKey): boolean;
  /** Whether the device is known to be that of somebody with whom calls may go. */
  known(device: DeviceKey): boolean;
}

interface Entry {
  readonly channel: FrameChannel;
  readonly inbound: boolean;
  stopTimer: () => void;
}

/** All open channels of the call protocol, with their limits. Peers are hostile: garbage and floods close them. */
export class Channels {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #events: ChannelEvents;
  /** Oldest first. */
  #entries: Entry[] = [];

  constructor(clock: Clock, log: Log, events: ChannelEvents) {
    this.#clock = clock;
    this.#log = log;
    this.#events = events;
  }

  /** Takes a channel that a peer opened. */
  takeInbound(channel: FrameChannel): void {
    const inbound = this.#entries.filter((entry) => entry.inbound);
    const own = inbound.filter((entry) => entry.channel.device === channel.device);
    if (own.length >= INBOUND_PER_DEVICE_MAX) own[0]?.channel.close();
    else if (inbound.length >= INBOUND_MAX) {
      // Those of strangers first: a flood of theirs does not push out a contact who is about to ring.
      const spare = inbound.filter((entry) => !this.#events.needed(entry.channel.device));
      const strange = spare.find((entry) => !this.#events.known(entry.channel.device));
      (strange ?? spare[0])?.channel.close();
    }
    this.#add(channel, true);
  }

  /** Takes a channel that we opened, in place of older ones that we opened to the same device. */
  takeOutbound(channel: FrameChannel): void {
    const older = this.#entries.filter(
      (entry) => !entry.inbound && entry.channel.device === channel.device,
    );
    this.#add(channel, false);
    for (const { channel: old } of older) old.close();
  }

  /**
   * Sends over every channel to the device: any of them may be dead without knowing it, and frames are numbered.
   * Without one the frame is lost. With `newest` over the one opened last only.
   */
  send(device: DeviceKey, frame: CallFrame, newest = false): void {
    const bytes = encodeCallFrame(frame);
    const own = this.#entries.filter(({ channel }) => channel.device === device);
    for (const { channel } of newest ? own.slice(-1) : own) channel.send(bytes);
  }

  has(device: DeviceKey): boolean {
    return this.#newest(device) !== undefined;
  }

  closeAll(): void {
    for (const { channel } of [...this.#entries]) channel.close();
  }

  #newest(device: DeviceKey): Entry | undefined {
    return this.#entries.findLast((entry) => entry.channel.device === device);
  }

  #add(channel: FrameChannel, inbound: boolean): void {
    const entry: Entry = { channel, inbound, stopTimer: () => undefined };
    const gate = new FrameGate(this.#clock, {
      onFrame: (frame) => this.#events.onFrame(channel.device, frame),
      onShut: (reason) => {
        this.#log.warn('call channel closed', { reason });
        channel.close();
      },
    });
    this.#entries.push(entry);
    this.#closeIfIdle(entry, FIRST_FRAME_MS);
    channel.listen({
      onFrame: (bytes) => {
        if (this.#entries.includes(entry) && gate.take(bytes)) this.#closeIfIdle(entry, IDLE_MS);
      },
      onClose: () => this.#onClose(entry),
    });
    if (this.#entries.includes(entry)) this.#events.onOpened(channel.device);
  }

  #closeIfIdle(entry: Entry, delay: number): void {
    entry.stopTimer();
    entry.stopTimer = this.#clock.after(delay, () => {
      if (this.#events.needed(entry.channel.device)) this.#closeIfIdle(entry, IDLE_MS);
      else entry.channel.close();
    });
  }

  #onClose(entry: Entry): void {
    if (!this.#entries.includes(entry)) return;
    const { device } = entry.channel;
    const used = this.#newest(device) === entry;
    this.#entries = this.#entries.filter((other) => other !== entry);
    entry.stopTimer();
    if (this.#newest(device) === undefined) this.#events.onLost(device);
    else if (used) this.#events.onOlder(device);
  }
}
