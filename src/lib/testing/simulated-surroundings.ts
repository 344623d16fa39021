import type { Circumstances } from '#lib/core/call/call-event.ts';
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
