import type { DeviceKey } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Log } from '#lib/ports/log.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import { FrameGate } from './frame-gate.ts';
import type { FrameProtocol } from './frame-gate.ts';

export interface ChannelLimits {
  /** Channels that others opened, per device. */
  readonly inboundPerDevice: number;
  /** Channels that others opened, over all devices. The oldest that is not needed makes room. */
  readonly inbound: number;
  /** How long a new channel may take to bring its first frame, ms. */
  readonly firstFrameMs: number;
  /** A channel that is not needed is closed after so long without a frame, ms. */
  readonly idleMs: number;
}

/** A protocol of frames over channels, of which a device may have several. */
export interface ChannelProtocol<Frame> extends FrameProtocol<Frame> {
  /** What the log calls it. */
  readonly name: string;
  readonly channels: ChannelLimits;
}

export interface ChannelEvents<Frame> {
  /** A well-formed frame; the channel's next one waits for the promise. `false` closes the channel. */
  onFrame(device: DeviceKey, frame: Frame): Promise<boolean>;
  /** Another channel to the device is open. */
  onOpened(device: DeviceKey): void;
  /** The newest channel to the device is gone. An older one is used again, and may be dead without knowing it. */
  onOlder(device: DeviceKey): void;
  /** The last channel to the device is gone. */
  onLost(device: DeviceKey): void;
  /** Whether channels to this device are needed. */
  needed(device: DeviceKey): boolean;
  /** Whether the device is known to be that of somebody who is welcome. */
  known(device: DeviceKey): boolean;
}

interface Entry {
  readonly channel: FrameChannel;
  readonly inbound: boolean;
  stopTimer: () => void;
}

/** All open channels of a protocol, with their limits. Peers are hostile: garbage and floods close them. */
export class Channels<Frame> {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #protocol: ChannelProtocol<Frame>;
  readonly #events: ChannelEvents<Frame>;
  /** Oldest first. */
  #entries: Entry[] = [];

  constructor(
    clock: Clock,
    log: Log,
    protocol: ChannelProtocol<Frame>,
    events: ChannelEvents<Frame>,
  ) {
    this.#clock = clock;
    this.#log = log;
    this.#protocol = protocol;
    this.#events = events;
  }

  /** Takes a channel that a peer opened. */
  takeInbound(channel: FrameChannel): void {
    const limits = this.#protocol.channels;
    const inbound = this.#entries.filter((entry) => entry.inbound);
    const own = inbound.filter((entry) => entry.channel.device === channel.device);
    if (own.length >= limits.inboundPerDevice) own[0]?.channel.close();
    else if (inbound.length >= limits.inbound) {
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
  send(device: DeviceKey, frame: Frame, newest = false): void {
    const bytes = this.#protocol.encode(frame);
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
    const gate = new FrameGate(this.#clock, this.#protocol, {
      onFrame: (frame) => this.#events.onFrame(channel.device, frame),
      onShut: (reason) => {
        this.#log.warn(`${this.#protocol.name} channel closed`, { reason });
        channel.close();
      },
    });
    this.#entries.push(entry);
    const { firstFrameMs, idleMs } = this.#protocol.channels;
    this.#closeIfIdle(entry, firstFrameMs);
    channel.listen({
      onFrame: (bytes) => {
        if (this.#entries.includes(entry) && gate.take(bytes)) this.#closeIfIdle(entry, idleMs);
      },
      onClose: () => this.#onClose(entry),
    });
    if (this.#entries.includes(entry)) this.#events.onOpened(channel.device);
  }

  #closeIfIdle(entry: Entry, delay: number): void {
    entry.stopTimer();
    entry.stopTimer = this.#clock.after(delay, () => {
      if (!this.#events.needed(entry.channel.device)) entry.channel.close();
      else this.#closeIfIdle(entry, this.#protocol.channels.idleMs);
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
