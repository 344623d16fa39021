import type { Bytes } from '#lib/domain/bytes.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { DeviceKey } from '#lib/domain/ids.ts';
import type {
  FrameChannel,
  NetworkFailure,
  PeerNetwork,
  Reservation,
} from '#lib/ports/peer-network.ts';
import { MemoryChannel } from './memory-channel.ts';

const failed = (reason: NetworkFailure) => new WoxlyError<NetworkFailure>(reason);

/** What a test says a relay answers to a request. */
type Answer = (request: Bytes, from: DeviceKey) => Bytes | Promise<Bytes>;

/** A relay of the memory network. */
export class MemoryRelay {
  readonly address: string;
  up = true;
  /** Reservations it grants. */
  capacity = Infinity;
  readonly published: {
    readonly topic: string;
    readonly message: Bytes;
    readonly from: DeviceKey;
  }[] = [];
  readonly #reservations = new Map<DeviceKey, AbortController>();
  readonly #answers = new Map<string, Answer>();

  constructor(address: string) {
    this.address = address;
  }

  /** Says what it answers to requests of a protocol. */
  answer(protocol: string, answer: Answer): void {
    this.#answers.set(protocol, answer);
  }

  /** Ends the process: every reservation is gone. */
  stop(): void {
    this.up = false;
    for (const device of [...this.#reservations.keys()]) this.release(device);
  }

  start(): void {
    this.up = true;
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
    return { relay: this.address, lost: lost.signal };
  }

  release(device: DeviceKey): void {
    this.#reservations.get(device)?.abort();
    this.#reservations.delete(device);
  }

  async respond(protocol: string, request: Bytes, from: DeviceKey): Promise<Bytes> {
    const answer = this.#answers.get(protocol);
    if (!this.up || answer === undefined) throw failed('unreachable');
    return answer(request, from);
  }
}

/** A network between devices of one test, with relays that stop and links that break when the test says so. */
export class MemoryNetwork {
  readonly #nodes = new Map<DeviceKey, MemoryNode>();
  readonly #relays = new Map<string, MemoryRelay>();
  readonly #channels = new Set<MemoryChannel>();
  readonly #cut = new Set<string>();

  /** A relay that runs at this multiaddr. */
  relay(address: string): MemoryRelay {
    const relay = new MemoryRelay(address);
    this.#relays.set(address, relay);
    return relay;
  }

  /** A device that joins. The same key again replaces what was there, as a page that is loaded anew. */
  join(device: DeviceKey): MemoryNode {
    const node = new MemoryNode(this, device);
    this.#nodes.set(device, node);
    return node;
  }

  relayAt(address: string): MemoryRelay | undefined {
    return this.#relays.get(address);
  }

  get relays(): readonly MemoryRelay[] {
    return [...this.#relays.values()];
  }

  /** Closes the channels between two devices and refuses new ones, until {@link mend}. */
  cut(a: DeviceKey, b: DeviceKey): void {
    this.#cut.add(pairOf(a, b));
    this.closeChannels(a, b);
  }

  mend(a: DeviceKey, b: DeviceKey): void {
    this.#cut.delete(pairOf(a, b));
  }

  closeChannels(a: DeviceKey, b: DeviceKey): void {
    for (const channel of this.channelsBetween(a, b)) channel.close();
  }

  /** From now on these channels carry nothing, and neither side is told. */
  silence(a: DeviceKey, b: DeviceKey): void {
    for (const channel of this.channelsBetween(a, b)) channel.silence();
  }

  /** One end of each open channel. */
  channelsBetween(a: DeviceKey, b: DeviceKey): readonly MemoryChannel[] {
    return [...this.#channels].filter((one) => pairOf(one.device, one.far.device) === pairOf(a, b));
  }

  /** @throws {@link WoxlyError} of a {@link NetworkFailure} */
  connect(
    from: MemoryNode,
    to: DeviceKey,
    protocol: string,
    relays: readonly string[],
  ): FrameChannel {
    // A device that vanished reaches nobody, either.
    if (this.#nodes.get(from.device) !== from) throw failed('unreachable');
    const node = this.#nodes.get(to);
    const known = relays.map((address) => this.#relays.get(address));
    const through = known.some((relay) => relay?.holds(to));
    const direct = this.channelsBetween(from.device, to).length > 0;
    if (!through && !direct) {
      throw failed(known.some((relay) => relay?.up) ? 'no-reservation' : 'unreachable');
    }
    if (node === undefined || this.#cut.has(pairOf(from.device, to))) throw failed('unreachable');
    const [near, far] = MemoryChannel.pair(from.device, to);
    if (!node.offer(protocol, far)) throw failed('unreachable');
    this.#channels.add(near);
    near.whenClosed(() => void this.#channels.delete(near));
    return near;
  }

  /** A device is gone, without a word. Its channels stay open and silent. */
  vanish(device: DeviceKey): void {
    this.#nodes.delete(device);
    for (const relay of this.#relays.values()) relay.release(device);
    for (const channel of this.#channels) {
      if (channel.device === device || channel.far.device === device) channel.silence();
    }
  }

  leave(device: DeviceKey): void {
    this.#nodes.delete(device);
    for (const relay of this.#relays.values()) relay.release(device);
    for (const channel of [...this.#channels]) {
      if (channel.device === device || channel.far.device === device) channel.close();
    }
  }
}

/** One device's view of the memory network. */
export class MemoryNode implements PeerNetwork {
  readonly device: DeviceKey;
  /** Whom this device lets make a direct connection. */
  mayConnectDirectly: (device: DeviceKey) => boolean = () => false;
  readonly #network: MemoryNetwork;
  readonly #takers = new Map<string, (channel: FrameChannel) => void>();

  constructor(network: MemoryNetwork, device: DeviceKey) {
    this.#network = network;
    this.device = device;
  }

  async reserve(relay: string, signal: AbortSignal): Promise<Reservation> {
    return this.#relayAt(relay, signal).reserve(this.device);
  }

  async ask(relay: string, protocol: string, request: Bytes, signal: AbortSignal): Promise<Bytes> {
    return this.#relayAt(relay, signal).respond(protocol, request, this.device);
  }

  async probe(relay: string, signal: AbortSignal): Promise<void> {
    this.#relayAt(relay, signal);
  }

  release(relay: string): void {
    this.#network.relayAt(relay)?.release(this.device);
  }

  async publish(topic: string, message: Bytes): Promise<boolean> {
    const connected = this.#network.relays.filter((relay) => relay.holds(this.device));
    if (connected.length === 0) throw failed('unreachable');
    for (const relay of connected) relay.published.push({ topic, message, from: this.device });
    return true;
  }

  async open(
    device: DeviceKey,
    protocol: string,
    relays: readonly string[],
    signal: AbortSignal,
  ): Promise<FrameChannel> {
    await Promise.resolve();
    if (signal.aborted) throw failed('aborted');
    return this.#network.connect(this, device, protocol, relays);
  }

  accept(protocol: string, onChannel: (channel: FrameChannel) => void): () => void {
    this.#takers.set(protocol, onChannel);
    return () => void this.#takers.delete(protocol);
  }

  admitDirect(mayConnect: (device: DeviceKey) => boolean): void {
    this.mayConnectDirectly = mayConnect;
  }

  async stop(): Promise<void> {
    this.#takers.clear();
    this.#network.leave(this.device);
  }

  /** Somebody opens a channel to this device. */
  offer(protocol: string, channel: FrameChannel): boolean {
    const taker = this.#takers.get(protocol);
    taker?.(channel);
    return taker !== undefined;
  }

  #relayAt(address: string, signal: AbortSignal): MemoryRelay {
    if (signal.aborted) throw failed('aborted');
    if (!/^\/.+\/p2p\/[^/]+$/.test(address)) throw failed('bad-address');
    const relay = this.#network.relayAt(address);
    if (!relay?.up) throw failed('unreachable');
    return relay;
  }
}

const pairOf = (a: DeviceKey, b: DeviceKey): string => [a, b].sort().join(' ');
