import { toHex } from '#lib/domain/bytes.ts';
import type { CallId, DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { Settings } from '#lib/domain/settings.ts';
import type { CallBodyOf, CallFrame } from '#lib/protocol/call-frame.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { IceServer, MediaPaths } from '#lib/ports/media.ts';
import type { Contacts } from '../woxly.ts';
import type { CallEvent, Circumstances, Unstamped } from './call-event.ts';
import { callerOf, checkBody, peerOf } from './ring-check.ts';
import type { SdpChecks } from './ring-check.ts';
import { CONTACT_RINGS, RingGate, STRANGER_RINGS } from './ring-gate.ts';

export interface CallIntakePorts extends SdpChecks {
  readonly clock: Clock;
  readonly paths: MediaPaths;
  readonly iceServers: () => readonly IceServer[];
  readonly self: () => { readonly key: IdentityKey };
  readonly contacts: Pick<Contacts, 'get'>;
  readonly settings: () => Settings;
}

export interface CallIntakeEvents {
  /** Whether a call of this device is on the line or over: its RING does not count as another call. */
  knows(id: CallId, device: DeviceKey): boolean;
  onEvent(event: Unstamped<Extract<CallEvent, { readonly type: 'ring' | 'frame' }>>): void;
}

/** Turns the frames of peers into events of the machine: verified, checked and counted. */
export class CallIntake {
  readonly #ports: CallIntakePorts;
  readonly #events: CallIntakeEvents;
  readonly #strangers = new RingGate(STRANGER_RINGS);
  readonly #contacts = new RingGate(CONTACT_RINGS);

  constructor(ports: CallIntakePorts, events: CallIntakeEvents) {
    this.#ports = ports;
    this.#events = events;
  }

  /** `false` for what no honest peer sends. */
  async take(device: DeviceKey, frame: CallFrame): Promise<boolean> {
    const body = checkBody(this.#ports, frame.body);
    if (body === undefined) return false;
    const id = toHex(frame.callId) as CallId;
    if (body.type === 'ring') return this.#takeRing(id, device, frame, body);
    this.#events.onEvent({ type: 'frame', id, device, frame: { ...frame, body } });
    return true;
  }

  async #takeRing(
    id: CallId,
    device: DeviceKey,
    frame: CallFrame,
    body: CallBodyOf<'ring'>,
  ): Promise<boolean> {
    const { self, clock, settings, paths } = this.#ports;
    const caller = await callerOf(body, device, clock.now());
    if (caller === undefined || caller === self().key) return false;
    const about = circumstancesOf(this.#ports, caller, body.name);
    if (!this.#events.knows(id, device) && !this.#admits(about, device)) return true;
    this.#events.onEvent({
      ...{ type: 'ring', id, device, frame, body, ...about },
      strangersMayRing: settings().strangersMayRing,
      supported: paths.supported,
    });
    return true;
  }

  #admits({ peer }: Circumstances, device: DeviceKey): boolean {
    const now = this.#ports.clock.now();
    switch (peer.trust) {
      case 'stranger':
        return this.#strangers.admits(device, now);
      case 'contact':
      case 'verified':
        return this.#contacts.admits(device, now);
      case 'blocked':
        return true; // They do not ring, and must not use up what others may.
    }
  }
}

/** What decides about a call with this person now. `name`: what they, or an invite, say that they are called. */
export function circumstancesOf(
  ports: CallIntakePorts,
  key: IdentityKey,
  name?: string,
): Circumstances {
  const { contacts, settings, self, iceServers } = ports;
  return {
    self: self().key,
    peer: peerOf(contacts, key, name),
    hidden: settings().hideAddress || contacts.get(key)?.hideAddress === true,
    turnAvailable: iceServers().some(({ urls }) => urls.some((url) => /^turns?:/i.test(url))),
  };
}

/** Whether this person must not choose where we dial: a relay that they named would see our address. */
export function isGuarded(ports: CallIntakePorts, key: IdentityKey): boolean {
  const { hidden, peer } = circumstancesOf(ports, key);
  return hidden || peer.trust === 'stranger' || peer.trust === 'blocked';
}
