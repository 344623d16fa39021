import type { CallEvent, Circumstances, Unstamped } from '#lib/core/call/machine/event.ts';
import type { Call } from '#lib/core/call/machine/state.ts';
import type { CallId, DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { CallFrame } from '#lib/protocol/call-frame.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimulatedMedia, SimulatedPath } from './simulated-media.ts';
import type { SimulatedTime } from './simulated-time.ts';

/** A device, as what is around it sees it. */
export interface SimulatedDevice {
  readonly key: IdentityKey;
  readonly device: DeviceKey;
  readonly alive: boolean;
}

/** A device, as the work of its call sees it. */
export interface CallingDevice extends SimulatedDevice {
  readonly call: Call | undefined;
  /** Whether the peer may see the address of this device before Accept. */
  mayShow(call: Call): boolean;
  dispatch(event: Unstamped<CallEvent>): void;
  /** What must never happen has happened. */
  fail(what: string): never;
}

/** What surrounds a simulated device. */
export interface Surroundings {
  readonly time: SimulatedTime;
  readonly random: SeededRandom;
  readonly media: SimulatedMedia;
  /** How often opening a microphone fails, 0 to 1. */
  readonly microphoneFails: number;
  circumstances(of: SimulatedDevice, key: IdentityKey): Circumstances;
  newCallId(): CallId;
  /** Finds a device of the person, or of that device only, and opens a channel: `undefined` if that failed. */
  reach(
    from: SimulatedDevice,
    key: IdentityKey,
    done: (device: DeviceKey | undefined) => void,
  ): void;
  send(from: SimulatedDevice, to: DeviceKey, frame: CallFrame): void;
  /** Sends over the data channel of a path: it arrives if packets flow. */
  sendOverPath(from: SimulatedDevice, to: DeviceKey, frame: CallFrame, path: SimulatedPath): void;
}
