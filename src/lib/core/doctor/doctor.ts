import type { IdentityKey } from '#lib/domain/ids.ts';
import type { MicrophoneProblem } from '#lib/domain/reasons.ts';
import type { RelayTest } from '../relays/reachability.ts';
import type { Watchable } from '../watchable.ts';

/** How one check of the doctor stands. `skipped`: there was nothing to look at. `stopped`: the run ended before it. */
export type CheckState = 'waiting' | 'running' | 'good' | 'warning' | 'bad' | 'skipped' | 'stopped';

/** One line of the connection doctor. */
export type DoctorCheck = { readonly state: CheckState } &
  /** Only where the browser itself cannot make calls. */
  (
    | { readonly check: 'browser' }
    /** `instead`: the name, maybe empty, of another that opened, as the chosen one did not. */
    | {
        readonly check: 'microphone';
        readonly problem?: MicrophoneProblem;
        readonly instead?: string;
      }
    /** One relay; `name` is its operator or host. */
    | { readonly check: 'relay'; readonly name: string; readonly result?: RelayTest }
    /** Whether UDP gets out at all, told by STUN. */
    | { readonly check: 'udp' }
    /** `mapped`: the address that the world sees. Shown here, left out of the report. */
    | { readonly check: 'stun'; readonly mapped?: string }
    | {
        readonly check: 'turn';
        readonly transport: 'udp' | 'tcp' | 'tls';
        readonly tookMs?: number;
      }
    | { readonly check: 'nat'; readonly kind?: NatKind }
    /** With a contact: how a call with them would go. */
    | { readonly check: 'verdict'; readonly name: string; readonly verdict?: PathVerdict }
  );

/** Mapping behaviour (RFC 4787): `open`: no NAT; `cone`: one port for all; `symmetric`: a port for each peer. */
export type NatKind = 'open' | 'cone' | 'symmetric' | 'blocked' | 'unknown';

export type PathVerdict =
  | { readonly path: 'direct' }
  | { readonly path: 'relayed'; readonly via: string }
  | {
      readonly path: 'impossible';
      readonly because:
        | 'unsupported'
        | 'offline'
        | 'not-found'
        | 'not-reachable'
        | 'no-turn'
        | 'hidden-no-relay'
        | 'key-changed';
    }
  /** They are there, and their side of the network is not known: it will be tried directly, else through the relay. */
  | { readonly path: 'likely'; readonly via?: string };

export interface Doctor extends Watchable {
  /** Empty before the first run. */
  readonly checks: readonly DoctorCheck[];
  readonly running: boolean;
  /** Runs every check, and with a contact the verdict. A run under way ends first. */
  run(contact?: IdentityKey): Promise<void>;
  stop(): void;
  /** Plain text to copy: no keys, names, or addresses. */
  report(): string;
}
