import type { DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import { circumstancesOf, NO_CALL } from './intake.ts';
import type { IntakePorts } from './intake.ts';
import type { ReopeningPorts } from '../../reach/reopening.ts';
import { privacyFor } from '../leg/leg.ts';
import { looseFrame } from '../leg/link.ts';
import { CALL_PROTOCOL } from '#lib/protocol/names.ts';
import type { CallFrame } from '#lib/protocol/call-frame.ts';

/** How long what was made ready is kept after the person's screen was left, ms. */
export const UNUSED_MS = 60_000;
/** How long it is kept at the most, ms: who reads for longer does not call at any moment. */
export const PREPARED_MOST_MS = 5 * 60_000;
/** The other side closes a channel that says nothing for 30 s: something is said this often, ms. */
const KEEP_MS = 20_000;

export type PreparationPorts = ReopeningPorts & IntakePorts;

export interface PreparationEvents {
  /** A channel that a call may use; it is closed with the others when nobody needs it any more. */
  onChannel(channel: FrameChannel): void;
  /** Whether there is a channel to the device. */
  has(device: DeviceKey): boolean;
  send(device: DeviceKey, frame: CallFrame): void;
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
 * Makes a channel and candidates ready for a call that may come soon, so that Call → RING needs one way only. One
 * person at most, and only one who may see our address anyway: for everybody else nothing is shown before a call.
 */
export class Preparation {
  readonly #ports: PreparationPorts;
  readonly #events: PreparationEvents;
  #prepared: Prepared | undefined;

  constructor(ports: PreparationPorts, events: PreparationEvents) {
    this.#ports = ports;
    this.#events = events;
  }

  /** Begins, in place of whoever was prepared before. Returns a way to stop, after which it is kept for a while. */
  prepare(key: IdentityKey): () => void {
    this.stop();
    const { paths, iceServers } = this.#ports;
    if (!paths.supported || !this.#mayPrepare(key)) return () => undefined;
    paths.prepare('all', iceServers());
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
   * A call begins: it takes over the device to which a channel is open, because the person was prepared, or because
   * they were spoken with just now. If that channel turns out to be dead, the unanswered RING makes another one open.
   */
  take(key: IdentityKey): DeviceKey | undefined {
    const device = this.#prepared?.key === key ? this.#prepared.device : undefined;
    this.stop();
    const known = this.#ports.contacts.get(key)?.hints.devices ?? [];
    return [device, ...known].find((one) => one !== undefined && this.#events.has(one));
  }

  needs(device: DeviceKey): boolean {
    return this.#prepared?.device === device;
  }

  /** This device has another network than before, or one again: candidates of the old one lead nowhere. */
  networkChanged(): void {
    const { paths, iceServers } = this.#ports;
    paths.forget();
    const prepared = this.#stillPrepared();
    if (prepared === undefined) return;
    paths.prepare('all', iceServers());
    void this.#open(prepared);
  }

  /** This person may be reachable now. */
  retry(key: IdentityKey): void {
    const prepared = this.#stillPrepared();
    if (prepared?.key === key) void this.#open(prepared);
  }

  /** Somebody from whom we have begun to hide is prepared for no longer. */
  #stillPrepared(): Prepared | undefined {
    if (this.#prepared && !this.#mayPrepare(this.#prepared.key)) this.stop();
    return this.#prepared;
  }

  stop(): void {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    prepared?.ended.abort();
    prepared?.cancelEnd();
    prepared?.cancelKeeping();
  }

  #mayPrepare(key: IdentityKey): boolean {
    const { peer, hidden, turnAvailable, keyChanged } = circumstancesOf(this.#ports, key);
    return !keyChanged && privacyFor(peer.trust, hidden, turnAvailable).warm;
  }

  async #open(prepared: Prepared): Promise<void> {
    const { device } = prepared;
    if (prepared.searching || (device !== undefined && this.#events.has(device))) return;
    prepared.searching = true;
    const { key, ended } = prepared;
    try {
      const channel = await this.#ports.reach.first(key, CALL_PROTOCOL, { signal: ended.signal });
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
    if (device !== undefined) this.#events.send(device, looseFrame(NO_CALL, { type: 'heartbeat' }));
  }

  #stopAfter(prepared: Prepared, delay: number): void {
    prepared.cancelEnd();
    prepared.cancelEnd = this.#ports.clock.after(delay, () => this.stop());
  }
}
