import type { DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import type { Contacts } from '../contacts/contacts.ts';
import type { Reach } from './reach-port.ts';

/** How long what was made ready is kept after the person's screen was left, ms. */
export const UNUSED_MS = 60_000;
/** How long it is kept at the most, ms: who reads for longer does not call at any moment. */
export const PREPARED_MOST_MS = 5 * 60_000;
/** The other side closes a channel that says nothing for 30 s: something is said this often, ms. */
const KEEP_MS = 20_000;

export interface PreparationPorts {
  readonly clock: Clock;
  readonly reach: Pick<Reach, 'first'>;
  readonly contacts: Pick<Contacts, 'get'>;
}

export interface PreparationEvents {
  /** Whether this person may see now that we are about to speak to them. */
  may(key: IdentityKey): boolean;
  /** Somebody is prepared, or is so on another network than before: whatever else takes time can begin. */
  onReady(): void;
  /** A channel that may be used; it is closed with the others when nobody needs it any more. */
  onChannel(channel: FrameChannel): void;
  /** Whether there is a channel to the device. */
  has(device: DeviceKey): boolean;
  /** Says something over the channel to the device, which would be closed for silence. */
  keep(device: DeviceKey): void;
}

interface Prepared {
  readonly key: IdentityKey;
  readonly ended: AbortController;
  searching: boolean;
  device: DeviceKey | undefined;
  cancelEnd: () => void;
  cancelKeeping: () => void;
}

/**
 * Makes a way ready to a person who may be spoken to soon, so that the first word needs one way only. One person at
 * most, and only one who may see our address anyway: to everybody else nothing is shown before.
 */
export class Preparation {
  readonly #ports: PreparationPorts;
  readonly #protocol: string;
  readonly #events: PreparationEvents;
  #prepared: Prepared | undefined;

  constructor(ports: PreparationPorts, protocol: string, events: PreparationEvents) {
    this.#ports = ports;
    this.#protocol = protocol;
    this.#events = events;
  }

  /** Begins, in place of whoever was prepared before. Returns a way to stop, after which it is kept for a while. */
  prepare(key: IdentityKey): () => void {
    this.stop();
    if (!this.#events.may(key)) return () => undefined;
    this.#events.onReady();
    const prepared: Prepared = {
      key,
      ended: new AbortController(),
      searching: false,
      device: undefined,
      cancelEnd: () => undefined,
      cancelKeeping: () => undefined,
    };
    this.#prepared = prepared;
    this.#stopAfter(prepared, PREPARED_MOST_MS);
    void this.#open(prepared);
    this.#keep(prepared);
    return () => {
      if (this.#prepared === prepared) this.#stopAfter(prepared, UNUSED_MS);
    };
  }

  /**
   * They are spoken to: whoever does that takes over the device to which a channel is open, because the person was
   * prepared, or because they were spoken with just now. It may turn out to be dead.
   */
  take(key: IdentityKey): DeviceKey | undefined {
    const device = this.#prepared?.key === key ? this.#prepared.device : undefined;
    this.stop();
    const contact = this.#ports.contacts.get(key);
    const all = [device, ...(contact?.hints.devices ?? [])].filter((one) => one !== undefined);
    return all.find((one) => this.#events.has(one) && contact?.devices?.includes(one) !== false);
  }

  needs(device: DeviceKey): boolean {
    return this.#prepared?.device === device;
  }

  /** This device has another network than before, or one again. */
  networkChanged(): void {
    const prepared = this.#stillPrepared();
    if (prepared === undefined) return;
    this.#events.onReady();
    void this.#open(prepared);
  }

  /** This person may be reachable now. */
  retry(key: IdentityKey): void {
    const prepared = this.#stillPrepared();
    if (prepared?.key === key) void this.#open(prepared);
  }

  /** Somebody from whom we have begun to hide is prepared for no longer. */
  #stillPrepared(): Prepared | undefined {
    if (this.#prepared && !this.#events.may(this.#prepared.key)) this.stop();
    return this.#prepared;
  }

  stop(): void {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    prepared?.ended.abort();
    prepared?.cancelEnd();
    prepared?.cancelKeeping();
  }

  async #open(prepared: Prepared): Promise<void> {
    const { device } = prepared;
    if (prepared.searching || (device !== undefined && this.#events.has(device))) return;
    prepared.searching = true;
    const { key, ended } = prepared;
    try {
      const channel = await this.#ports.reach.first(key, this.#protocol, { signal: ended.signal });
      if (this.#prepared !== prepared) channel.close();
      else {
        prepared.device = channel.device;
        this.#events.onChannel(channel);
        this.#sayKept(prepared);
      }
    } catch {
      // They are not there: presence says when they are.
    }
    prepared.searching = false;
  }

  #keep(prepared: Prepared): void {
    prepared.cancelKeeping = this.#ports.clock.after(KEEP_MS, () => {
      this.#sayKept(prepared);
      this.#keep(prepared);
    });
  }

  #sayKept({ device }: Prepared): void {
    if (device !== undefined) this.#events.keep(device);
  }

  #stopAfter(prepared: Prepared, delay: number): void {
    prepared.cancelEnd();
    prepared.cancelEnd = this.#ports.clock.after(delay, () => this.stop());
  }
}
