import type { Bytes } from '#lib/domain/bytes.ts';
import type { WoxlyError } from '#lib/domain/errors.ts';
import type { DeviceKey, RelayAddress, RelayId } from '#lib/domain/ids.ts';

/** Why the network did not do something. */
export type NetworkFailure =
  /** Nobody answered at the address in time. */
  | 'unreachable'
  /** The relay has no room (RESERVATION_REFUSED). */
  | 'refused'
  /** The relay has no reservation of that device, so it is not there now. */
  | 'no-reservation'
  /** The text is not a multiaddr this browser can dial. */
  | 'bad-address'
  | 'aborted';

export type NetworkError = WoxlyError<NetworkFailure>;

/** Through a relay's circuit, through a TURN server, or with nothing between. */
export type Way = 'circuit' | 'turn' | 'direct';

/** A stream of whole frames to one authenticated device. */
export interface FrameChannel {
  /** The device at the other end, authenticated by Noise. */
  readonly device: DeviceKey;
  /**
   * How the device is reached best now, over this channel or a connection that came up beside it; `undefined`, or no such
   * member, where that cannot be told.
   */
  way?(): Promise<Way | undefined>;
  /** Queues a frame. After the channel closed it does nothing: `onClose` has said so. */
  send(frame: Bytes): void;
  /** Called once, at once, by whoever takes the channel. Frames that came earlier are delivered, in order. */
  listen(to: { onFrame(frame: Bytes): void; onClose(): void }): void;
  /** Ends the channel after what was queued; `onClose` is called. */
  close(): void;
}

/** How a channel to a device is opened. */
export interface OpenOptions {
  readonly signal: AbortSignal;
  /** What is there may be dead, and nothing waits for it. */
  readonly anew?: boolean;
  /**
   * Not over a relay's circuit, whose bytes and minutes are counted: over a connection of the two devices, which is made
   * if it is not there and {@link PeerNetwork.admitDirect} allows it. A TURN server may carry that.
   */
  readonly only?: 'direct';
}

/** A relay on which this device holds a reservation. */
export interface Reservation {
  /** As dialled. */
  readonly relay: RelayAddress;
  /** Fires once, when the reservation or the connection is gone. */
  readonly lost: AbortSignal;
}

/**
 * The peer-to-peer network as WOXLY needs it. Every device text is an Ed25519 peer ID; the other end of every
 * channel is authenticated. Methods that wait reject with {@link NetworkError} and nothing else.
 */
export interface PeerNetwork {
  /** This device's peer ID. */
  readonly device: DeviceKey;
  /** Dials a relay and asks it for a reservation. */
  reserve(relay: RelayAddress, signal: AbortSignal): Promise<Reservation>;
  /** Sends one request frame to a relay and reads one answer frame. */
  ask(relay: RelayAddress, protocol: string, request: Bytes, signal: AbortSignal): Promise<Bytes>;
  /**
   * The round trip to a connected relay, ms. Rejects, and drops the connection so that the reservation is lost, if the
   * relay is silent until the signal.
   */
  probe(relay: RelayAddress, signal: AbortSignal): Promise<number>;
  /** Opens a stream of frames to a relay, dialling it if need be. `device` of the channel is the relay's peer ID. */
  openRelay(relay: RelayAddress, protocol: string, signal: AbortSignal): Promise<FrameChannel>;
  /** Gives the reservation on a relay back and closes the connection. */
  release(relay: RelayAddress): void;
  /**
   * Publishes to a gossipsub topic through the relays that hold a reservation of ours. Resolves to those
   * that have not taken it.
   */
  publish(topic: string, message: Bytes): Promise<readonly RelayId[]>;
  /**
   * Hears a gossipsub topic through connected relays: `RELAYS_TOPIC` is the only one that a browser subscribes
   * to. Messages are whatever relays send, unchecked. Returns a way to stop.
   */
  subscribe(topic: string, onMessage: (message: Bytes) => void): () => void;
  /**
   * Opens a channel to a device: over a connection that is already there (direct before relayed), else through
   * the relays given, all at once; the first that works wins and the others are closed.
   */
  open(
    device: DeviceKey,
    protocol: string,
    relays: readonly RelayAddress[],
    options: OpenOptions,
  ): Promise<FrameChannel>;
  /**
   * Takes channels that others open. One taker a protocol. With `only: 'direct'` none that comes over a relay's circuit.
   * Returns a way to stop.
   */
  accept(
    protocol: string,
    onChannel: (channel: FrameChannel) => void,
    options?: Pick<OpenOptions, 'only'>,
  ): () => void;
  /**
   * Who may make a direct WebRTC connection to this device (and so learn its addresses). Asked before any
   * RTCPeerConnection exists. Until it is set nobody may. Setting it again ends the direct connections to whom the
   * new policy does not admit.
   */
  admitDirect(mayConnect: (device: DeviceKey) => boolean): void;
  /**
   * Whose devices are known: they have room of their own, which no flood of strangers takes. Until it is set nobody's
   * are. Asked for every connection that comes in.
   */
  keepRoomFor(isKnown: (device: DeviceKey) => boolean): void;
  /** Ends everything within 2 s. */
  stop(): Promise<void>;
}
