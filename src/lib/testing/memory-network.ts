import type { Bytes } from '#lib/domain/bytes.ts';
import type { DeviceKey, RelayAddress, RelayId } from '#lib/domain/ids.ts';
import type {
  FrameChannel,
  OpenOptions,
  PeerNetwork,
  Reservation,
} from '#lib/ports/peer-network.ts';
import { MemoryChannel } from './memory-channel.ts';
import { failed, MemoryRelay } from './memory-relay.ts';

export { MemoryRelay } from './memory-relay.ts';

/** A network between devices of one test, with relays that stop and links that break when the test says so. */
export class MemoryNetwork {
  readonly #nodes = new Map<DeviceKey, MemoryNode>();
  readonly #relays = new Map<RelayAddress, MemoryRelay>();
  readonly #channels = new Set<MemoryChannel>();
  readonly #cut = new Set<string>();

  /** A relay that runs at this multiaddr. */
  relay(address: RelayAddress): MemoryRelay {
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

  relayAt(address: RelayAddress): MemoryRelay | undefined {
    return this.#relays.get(address);
  }

  /** A relay sends a message of a topic to the devices that are connected to it and have subscribed. */
  gossip(from: MemoryRelay, topic: string, message: Bytes): void {
    for (const node of this.#nodes.values()) if (from.holds(node.device)) node.hear(topic, message);
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
    relays: readonly RelayAddress[],
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

  /** Whether two devices let each other make a direct connection. */
  mayMeet(a: DeviceKey, b: DeviceKey): boolean {
    const admits = (one: DeviceKey, other: DeviceKey): boolean =>
      this.#nodes.get(one)?.mayConnectDirectly(other) === true;
    return admits(a, b) && admits(b, a);
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
  readonly #listeners = new Set<{
    readonly topic: string;
    readonly onMessage: (message: Bytes) => void;
  }>();

  constructor(network: MemoryNetwork, device: DeviceKey) {
    this.#network = network;
    this.device = device;
  }

  async reserve(relay: RelayAddress, signal: AbortSignal): Promise<Reservation> {
    const found = this.#relayAt(relay, signal);
    return found.frozen ? found.untilEnd(signal) : found.reserve(this.device);
  }

  async ask(
    relay: RelayAddress,
    protocol: string,
    request: Bytes,
    signal: AbortSignal,
  ): Promise<Bytes> {
    return this.#relayAt(relay, signal).respond(protocol, request, this.device, signal);
  }

  async probe(address: RelayAddress, signal: AbortSignal): Promise<number> {
    const relay = this.#relayAt(address, signal);
    if (!relay.frozen) return relay.roundTripMs;
    return relay.untilEnd(signal).finally(() => {
      relay.release(this.device);
    });
  }

  async openRelay(
    address: RelayAddress,
    protocol: string,
    signal: AbortSignal,
  ): Promise<FrameChannel> {
    const relay = this.#relayAt(address, signal);
    return relay.frozen ? relay.untilEnd(signal) : relay.open(protocol, this.device);
  }

  release(relay: RelayAddress): void {
    this.#network.relayAt(relay)?.release(this.device);
  }

  async publish(topic: string, message: Bytes): Promise<readonly RelayId[]> {
    const connected = this.#network.relays.filter((relay) => relay.holds(this.device));
    if (connected.length === 0) throw failed('unreachable');
    for (const relay of connected) relay.take(topic, message, this.device);
    return [];
  }

  subscribe(topic: string, onMessage: (message: Bytes) => void): () => void {
    const listener = { topic, onMessage };
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A relay sends a message of a topic. */
  hear(topic: string, message: Bytes): void {
    for (const one of this.#listeners) if (one.topic === topic) one.onMessage(message.slice());
  }

  async open(
    device: DeviceKey,
    protocol: string,
    relays: readonly RelayAddress[],
    { signal, only }: OpenOptions,
  ): Promise<FrameChannel> {
    await Promise.resolve();
    if (signal.aborted) throw failed('aborted');
    if (only === 'direct' && !this.#network.mayMeet(this.device, device)) {
      throw failed('unreachable');
    }
    return this.#network.connect(this, device, protocol, relays);
  }

  accept(protocol: string, onChannel: (channel: FrameChannel) => void): () => void {
    this.#takers.set(protocol, onChannel);
    return () => void this.#takers.delete(protocol);
  }

  admitDirect(mayConnect: (device: DeviceKey) => boolean): void {
    this.mayConnectDirectly = mayConnect;
  }

  /** There is room for everybody. */
  keepRoomFor(): void {
    return undefined;
  }

  async stop(): Promise<void> {
    this.#takers.clear();
    this.#listeners.clear();
    this.#network.leave(this.device);
  }

  /** Somebody opens a channel to this device. */
  offer(protocol: string, channel: FrameChannel): boolean {
    const taker = this.#takers.get(protocol);
    taker?.(channel);
    return taker !== undefined;
  }

  #relayAt(address: RelayAddress, signal: AbortSignal): MemoryRelay {
    if (signal.aborted) throw failed('aborted');
    if (!/^\/.+\/p2p\/[^/]+$/.test(address)) throw failed('bad-address');
    const relay = this.#network.relayAt(address);
    if (!relay?.up) throw failed('unreachable');
    return relay;
  }
}

const pairOf = (a: DeviceKey, b: DeviceKey): string => [a, b].sort().join(' ');
