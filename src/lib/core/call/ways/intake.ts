import type { CallId, DeviceKey, IdentityKey, Milliseconds } from '#lib/domain/ids.ts';
import { cleanName } from '#lib/domain/name.ts';
import type { Settings } from '#lib/domain/settings.ts';
import type { CallBodyOf, CallFrame } from '#lib/protocol/call-frame.ts';
import { identityKeyOf } from '#lib/protocol/key-text.ts';
import { CALL_ID_BYTES } from '#lib/protocol/limits.ts';
import type { Signed } from '#lib/protocol/signed.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { IceServer, MediaPaths } from '#lib/ports/media.ts';
import { mayCall } from '../../contacts/may-call.ts';
import { inOrder } from '../../in-order.ts';
import type { Contacts } from '../../contacts/contacts.ts';
import type { CallEvent, Circumstances, Unstamped } from '../event.ts';
import { privacyFor } from '../leg/leg.ts';
import type { Via } from '../leg/link.ts';
import { certifiedBy, checkBody, inTime, isUntimely, peerOf } from './ring-check.ts';
import type { Certified, SdpChecks } from './ring-check.ts';
import { CONTACT_RINGS, RingGate, STRANGER_RINGS } from './ring-gate.ts';

export interface IntakePorts extends SdpChecks {
  readonly clock: Clock;
  /** How far the clocks of others are ahead of ours, ms. */
  readonly clockOffset: () => number;
  readonly paths: MediaPaths;
  readonly iceServers: () => readonly IceServer[];
  readonly self: () => { readonly key: IdentityKey; readonly certificate: Signed };
  readonly contacts: Pick<Contacts, 'get'> & {
    /** The person among the contacts whose device this is, as far as is known. */
    readonly ownerOf: (device: DeviceKey) => IdentityKey | undefined;
    /** Whether this person has left the device out of their list since it was certified. */
    readonly hasLeftOut: (key: IdentityKey, device: DeviceKey, issued: Milliseconds) => boolean;
  };
  readonly settings: () => Settings;
}

export interface IntakeEvents {
  /** Whether a call of this device is on the line or over: its RING does not count as another call. */
  knows(id: CallId, device: DeviceKey): boolean;
  onEvent(event: Unstamped<Extract<CallEvent, { readonly from: 'peer' }>>): void;
}

/** Turns the frames of peers into events of the machine: verified, checked and counted. */
export class Intake {
  readonly #ports: IntakePorts;
  readonly #events: IntakeEvents;
  readonly #strangers = new RingGate(STRANGER_RINGS);
  readonly #contacts = new RingGate(CONTACT_RINGS);
  /** Certificates of devices that we do not know are verified one after the other, so that others need not wait. */
  readonly #inTurn = inOrder();

  constructor(ports: IntakePorts, events: IntakeEvents) {
    this.#ports = ports;
    this.#events = events;
  }

  /** `false` for what no honest peer sends. */
  async take(device: DeviceKey, frame: CallFrame, via: Via = 'channel'): Promise<boolean> {
    const body = checkBody(this.#ports, frame.body);
    if (body === undefined) return false;
    const id = frame.callId;
    if (id === NO_CALL && body.type === 'heartbeat') return true;
    // Over a path there is a call already.
    if (body.type === 'ring') return via === 'channel' && this.#takeRing(id, device, frame, body);
    const proof =
      body.type === 'ringing' || body.type === 'accept'
        ? await certifiedBy(body.certificate, device, this.#networkTime)
        : undefined;
    const isLeftOut = proof !== undefined && this.#isLeftOut(proof, device);
    const isKnown = this.knows(device);
    this.#events.onEvent({
      from: 'peer',
      type: 'frame',
      id,
      device,
      frame: { ...frame, body },
      via,
      ...(isLeftOut ? { former: proof.key } : { owner: proof?.key }),
      isKnown,
    });
    return true;
  }

  /** Whether this is, as far as is known, the device of somebody with whom calls may go. */
  knows(device: DeviceKey): boolean {
    const { contacts } = this.#ports;
    const owner = contacts.ownerOf(device);
    return owner !== undefined && mayCall(contacts.get(owner));
  }

  get #networkTime(): Milliseconds {
    return this.#ports.clock.now() + this.#ports.clockOffset();
  }

  #isLeftOut({ key, issued }: Certified, device: DeviceKey): boolean {
    return this.#ports.contacts.hasLeftOut(key, device, issued);
  }

  async #takeRing(
    id: CallId,
    device: DeviceKey,
    frame: CallFrame,
    body: CallBodyOf<'ring'>,
  ): Promise<boolean> {
    const { self, settings, paths } = this.#ports;
    const verify = () => certifiedBy(body.certificate, device, this.#networkTime);
    const caller = await (this.knows(device) ? verify() : this.#inTurn(verify));
    if (caller === undefined || caller.key === self().key) return false;
    const about = this.#callerAs(caller, device, body);
    if (!this.#events.knows(id, device) && !this.#admits(about, device)) return true;
    this.#events.onEvent({
      from: 'peer',
      type: 'ring',
      id,
      device,
      frame,
      body: this.#inOwnTime(body),
      ...about,
      isForUs: identityKeyOf(body.callee) === self().key,
      strangersMayRing: settings().strangersMayRing,
      supported: paths.supported,
    });
    return true;
  }

  /** As the network's time has it; or as it stands, if our idea of that time is wrong and its own is not. */
  #inOwnTime(body: CallBodyOf<'ring'>): CallBodyOf<'ring'> {
    const { clock, clockOffset } = this.#ports;
    const ring = inTime(body, -clockOffset());
    const now = clock.now();
    return isUntimely(ring, now) && !isUntimely(body, now) ? body : ring;
  }

  /**
   * An identity that rings from the device of somebody else we know, or from one that it has left out of its list since,
   * is a stranger, whatever name it goes by; and who is blocked stays so under another identity.
   */
  #callerAs(caller: Certified, device: DeviceKey, { name }: CallBodyOf<'ring'>): Circumstances {
    const { contacts } = this.#ports;
    const about = circumstancesOf(this.#ports, caller.key, name);
    const owner = contacts.ownerOf(device);
    const { key, trust } = about.peer;
    const isOwn = owner === undefined || owner === key;
    if (trust === 'blocked' || (isOwn && !this.#isLeftOut(caller, device))) return about;
    const blocked = !isOwn && contacts.get(owner)?.trust === 'blocked';
    const peer = { key, name: cleanName(name), trust: blocked ? 'blocked' : 'stranger' } as const;
    return { ...about, peer };
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

/** The call ID of a heartbeat that belongs to no call: it keeps a channel open that may be needed soon. */
export const NO_CALL = '0'.repeat(2 * CALL_ID_BYTES) as CallId;

/** What decides about a call with this person now. `name`: what they, or an invite, say that they are called. */
export function circumstancesOf(
  ports: IntakePorts,
  key: IdentityKey,
  name?: string,
): Circumstances {
  const { contacts, settings, self, iceServers } = ports;
  const { key: own, certificate } = self();
  return {
    self: own,
    certificate,
    peer: peerOf(contacts, key, name),
    hidden: settings().hideAddress || contacts.get(key)?.hideAddress === true,
    keyChanged: contacts.get(key)?.keyBefore !== undefined,
    turnAvailable: iceServers().some(({ urls }) => urls.some((url) => /^turns?:/i.test(url))),
  };
}

/** Whether a call with this person may be made ready: they see our address, and nothing is wrong with their key. */
export function mayPrepare(ports: IntakePorts, key: IdentityKey): boolean {
  const { peer, hidden, turnAvailable, keyChanged } = circumstancesOf(ports, key);
  return ports.paths.supported && !keyChanged && privacyFor(peer.trust, hidden, turnAvailable).warm;
}

/** Whether this person must not choose where we dial: a relay that they named would see our address. */
export function isGuarded(ports: IntakePorts, key: IdentityKey): boolean {
  const { hidden, peer } = circumstancesOf(ports, key);
  return hidden || peer.trust === 'stranger' || peer.trust === 'blocked';
}
