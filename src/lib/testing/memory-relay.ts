import type { Bytes } from '#lib/domain/bytes.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { DeviceKey, RelayAddress } from '#lib/domain/ids.ts';
import type { FrameChannel, NetworkFailure, Reservation } from '#lib/ports/peer-network.ts';
import { MemoryChannel } from './memory-channel.ts';

export const failed = (reason: NetworkFailure) => new WoxlyError<NetworkFailure>(reason);

/** What a test says a relay answers to a request. */
type Answer = (request: Bytes, from: DeviceKey) => Bytes | Promise<Bytes>;

/** A relay of the memory network. */
export class MemoryRelay {
  readonly address: RelayAddress;
  up = true;
  /** Says nothing to anybody any more, and keeps its connections. */
  frozen = false;
  /** Reservations it grants. */
  capacity = Infinity;
  /** What {@link MemoryNode.probe} measures, ms. */
  roundTripMs = 10;
  /** Times that a device reserved. */
  reserved = 0;
  readonly published: {
    readonly topic: string;
    readonly message: Bytes;
    readonly from: DeviceKey;
  }[] = [];
  readonly #listeners: ((topic: string, message: Bytes) => void)[] = [];
  readonly #reservations = new Map<DeviceKey, AbortController>();
  readonly #answers = new Map<string, Answer>();
  readonly #takers = new Map<string, (channel: FrameChannel) => void>();
  readonly #channels = new Map<FrameChannel, DeviceKey>();
  #life = new AbortController();

  constructor(address: RelayAddress) {
    this.address = address;
  }

  /** Its peer ID, as devices have one. */
  get device(): DeviceKey {
    return this.address.slice(this.address.lastIndexOf('/') + 1) as DeviceKey;
  }

  /** Says what it answers to requests of a protocol. */
  answer(protocol: string, answer: Answer): void {
    this.#answers.set(protocol, answer);
  }

  /** Says who takes the streams of a protocol that devices open to this relay. */
  serve(protocol: string, taker: (channel: FrameChannel) => void): void {
    this.#takers.set(protocol, taker);
  }

  /** Says who hears what devices publish at this relay. */
  onPublished(listener: (topic: string, message: Bytes) => void): void {
    this.#listeners.push(listener);
  }

  /** A device publishes. */
  take(topic: string, message: Bytes, from: DeviceKey): void {
    this.published.push({ topic, message, from });
    for (const listener of this.#listeners) listener(topic, message);
  }

  /** Ends the process: every reservation and stream is gone, and what was asked is never answered. */
  stop(): void {
    this.up = false;
    this.#life.abort();
    this.#life = new AbortController();
    for (const channel of [...this.#channels.keys()]) channel.close();
    for (const device of [...this.#reservations.keys()]) this.release(device);
  }

  start(): void {
    this.up = true;
    this.frozen = false;
  }

  holds(device: DeviceKey): boolean {
    return this.up && this.#reservations.has(device);
  }

  reserve(device: DeviceKey): Reservation {
    if (!this.up) throw failed('unreachable');
    if (!this.#reservations.has(device) && this.#reservations.size >= this.capacity) {
      throw failed('refused');
    }
    this.release(device);
    const lost = new AbortController();
    this.#reservations.set(device, lost);
    this.reserved += 1;
    return { relay: this.address, lost: lost.signal };
  }

  release(device: DeviceKey): void {
    this.#reservations.get(device)?.abort();
    this.#reservations.delete(device);
    for (const [channel, from] of this.#channels) if (from === device) channel.close();
  }

  async respond(
    protocol: string,
    request: Bytes,
    from: DeviceKey,
    signal: AbortSignal,
  ): Promise<Bytes> {
    const answer = this.#answers.get(protocol);
    if (!this.up || answer === undefined) throw failed('unreachable');
    const ended = this.untilEnd(signal);
    return this.frozen ? ended : Promise.race([answer(request, from), ended]);
  }

  /** A stream of a device to this relay. */
  open(protocol: string, from: DeviceKey): FrameChannel {
    const taker = this.#takers.get(protocol);
    if (!this.up || taker === undefined) throw failed('unreachable');
    const [near, far] = MemoryChannel.pair(from, this.device);
    this.#channels.set(near, from);
    near.whenClosed(() => void this.#channels.delete(near));
    taker(far);
    return near;
  }

  /** Rejects when the relay dies or the asker gives up. */
  untilEnd(signal: AbortSignal): Promise<never> {
    const { signal: life } = this.#life;
    return new Promise((_, reject) => {
      life.addEventListener('abort', () => {
        reject(failed('unreachable'));
      });
      signal.addEventListener('abort', () => {
        reject(failed('aborted'));
      });
    });
  }
}
