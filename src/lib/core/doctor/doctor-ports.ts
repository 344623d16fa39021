import type { Contact } from '#lib/domain/contact.ts';
import type { IdentityKey } from '#lib/domain/ids.ts';
import type { Settings } from '#lib/domain/settings.ts';
import type { Scope } from '#lib/domain/scope.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { IceProbe } from '#lib/ports/ice-probe.ts';
import type { IceServer, Microphones } from '#lib/ports/media.ts';
import type { Reachability } from '../relays/reachability.ts';
import type { ContactPlace } from './verdict.ts';

/** The world as the connection doctor needs it. */
export interface DoctorPorts {
  readonly clock: Clock;
  /** Whether this browser can make calls. */
  readonly supported: boolean;
  readonly probe: IceProbe;
  readonly microphones: Pick<Microphones, 'open'>;
  readonly reachability: Pick<Reachability, 'status' | 'relays' | 'watch' | 'test' | 'ofServer'>;
  readonly settings: { readonly current: Settings };
  readonly contacts: { get(key: IdentityKey): Contact | undefined };
  /** The STUN and TURN servers that a call would use now, with credentials. */
  readonly iceServers: (
    signal: AbortSignal,
  ) => readonly IceServer[] | Promise<readonly IceServer[]>;
  /** Looks for a person as a call would, without ringing. */
  readonly lookUp: (key: IdentityKey, signal: AbortSignal) => Promise<ContactPlace>;
  readonly scope: Scope;
}
