import type { CallQuality, CallRecord } from '#lib/domain/call.ts';
import type { Contact, Presence, ReachHints } from '#lib/domain/contact.ts';
import type { CallId, DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type {
  LinkProblem,
  MicrophoneProblem,
  NetworkStatus,
  RelayProblem,
  WordsProblem,
} from '#lib/domain/reasons.ts';
import type { Result } from '#lib/domain/result.ts';
import type { Settings } from '#lib/domain/settings.ts';
import type { AudioDevice } from '#lib/ports/media.ts';
import type { CallView } from './call/calls.ts';
import type { Watchable } from './watchable.ts';

/** What a key or an invite link names. */
export interface Invited extends ReachHints {
  readonly key: IdentityKey;
  /** What the person calls themselves, cleaned; absent for a bare key. */
  readonly name?: string;
}

/** Who this browser is. */
export interface Identity extends Watchable {
  /** `undefined` before the first visit's Start. */
  readonly profile:
    | {
        readonly key: IdentityKey;
        readonly name: string;
        readonly wordsConfirmed: boolean;
        /** For a day and more nobody has confirmed the words: it is time to remind of them. */
        readonly wordsDue?: true;
      }
    | undefined;
  /**
   * What was kept of an identity and cannot be used as it is; `undefined` on a first visit, and when all is well. Without
   * the `keys` only the recovery words bring the person back; without the `profile` they only have to say their name.
   */
  readonly damage: { readonly lost: 'keys' | 'profile'; readonly name: string } | undefined;
  /**
   * Makes the keys; keys that are there and whole are kept. Resolves when the key can be shown and is stored.
   * @throws WoxlyError<'identity-exists'> where keys are damaged, unless the person chose to begin `anew`.
   */
  create(name: string, anew?: boolean): Promise<void>;
  /**
   * Brings an identity back from its 12 words, with a new device key. `other-key`: this browser had another identity,
   * which is given up only if the person chose to begin `anew`.
   */
  restore(words: string, name: string, anew?: boolean): Promise<Result<IdentityKey, WordsProblem>>;
  rename(name: string): Promise<void>;
  /**
   * The 12 recovery words, or `undefined` once confirmed. Of an identity that is a week old, only while a person presses
   * something.
   */
  recoveryWords(): Promise<readonly string[] | undefined>;
  /** Deletes what the words are made from; they cannot be shown again. */
  confirmWords(): Promise<void>;
  /** The fresh invite link of this person at this page's address, naming the relays in use. */
  inviteLink(): Promise<string>;
}

export interface Contacts extends Watchable {
  /** By name. Blocked people are in it, with `trust: 'blocked'`. */
  readonly all: readonly Contact[];
  get(key: IdentityKey): Contact | undefined;
  /** Reads a pasted key or link. Refuses our own key; a key that is a contact is fine here. */
  read(text: string): Promise<Result<Invited, LinkProblem>>;
  /** Adds a person; `name` wins over the link's, and a short form of the key stands in for neither. */
  add(text: string, name?: string): Promise<Result<Contact, LinkProblem>>;
  rename(key: IdentityKey, name: string): Promise<void>;
  setHideAddress(key: IdentityKey, hide: boolean): Promise<void>;
  /** Blocks a contact or a stranger. They cannot ring, and are not told. */
  block(key: IdentityKey, name?: string): Promise<void>;
  unblock(key: IdentityKey): Promise<void>;
  remove(key: IdentityKey): Promise<void>;
  /** What two people compare to be sure of each other. `undefined` before there is an identity. */
  safety(key: IdentityKey): Promise<SafetyNumber | undefined>;
  /**
   * Remembers that the safety words were compared, or forgets it. To compare those of a changed key is to
   * acknowledge it.
   */
  setVerified(key: IdentityKey, verified: boolean): Promise<void>;
  /**
   * The person has another identity key now, which a pasted key or link names: the contact goes on under it, not
   * verified, and {@link Contact.keyBefore} blocks calls until {@link acknowledgeKey}. Refused with `own-key`, with
   * `already-contact` for the key of any contact, with `blocked`, and with `not-a-key` where there is no such contact.
   */
  replaceKey(key: IdentityKey, text: string): Promise<Result<Contact, LinkProblem>>;
  /** The person has seen that the key changed. */
  acknowledgeKey(key: IdentityKey): Promise<void>;
  /**
   * The one contact whose device this is known to be. A ring from it with another identity's certificate is
   * suspicious, and no more than that: people name their own devices, and may name somebody else's.
   */
  ownerOf(device: DeviceKey): Contact | undefined;
  /** Contacts of this name with another key: is this a new key of theirs, or another person? Without the blocked. */
  namesakes(name: string, key: IdentityKey): Promise<readonly Contact[]>;
}

/** From SHA-512 over both identity keys in order: the same for both people. */
export interface SafetyNumber {
  /** Numbers of words, each below the length of a list of safety words; the words themselves are those of a language. */
  readonly words: readonly number[];
  /** 60 decimal digits. */
  readonly digits: string;
}

/** Whether contacts can be called now, pushed by relays. Nothing is known while the setting is off. */
export interface Presences extends Watchable {
  of(key: IdentityKey): Presence;
}

export interface Calls extends Watchable {
  /** Whether this browser can make and take calls. Where it cannot, whoever calls is told, and here it is a missed call. */
  readonly supported: boolean;
  readonly current: CallView | undefined;
  /** Calls a person. Refused with `own-key` or `blocked`; while another call is live it does nothing. */
  call(who: Invited): Promise<Result<CallId, LinkProblem>>;
  /**
   * Calls a person after a call was lost: it goes on looking for them, and rings as soon as both can be reached, until
   * it is hung up. Otherwise as {@link call}.
   */
  callAgain(who: Invited): Promise<Result<CallId, LinkProblem>>;
  /** A contact may be called soon (their screen is open): makes a way and candidates ready. Returns a way to stop. */
  prepare(key: IdentityKey): () => void;
  accept(): void;
  /** Declines, with a short text for the caller if given. */
  decline(note?: string): void;
  /** Cancels, hangs up or declines, whatever ends the call now. */
  hangUp(): void;
  setMuted(muted: boolean): void;
  /** After `playBlocked`, from a tap. */
  resumeSound(): void;
  /** Opens the microphone again after `microphoneLost`. */
  reopenMicrophone(): void;
  /** Takes an ended call off the screen. */
  dismiss(): void;
  /** Call details now; `undefined` when no call is live. */
  quality(): Promise<CallQuality | undefined>;
  /** Loudness, 0 to 1, read at every frame drawn; each is measured when it is read. */
  levels(): { readonly own: number; readonly peer: number };
}

export interface CallHistory extends Watchable {
  /** Newest first. */
  readonly records: readonly CallRecord[];
  /** Missed calls not yet seen. */
  readonly unseen: number;
  markSeen(): Promise<void>;
  remove(id: CallId): Promise<void>;
  clear(): Promise<void>;
}

export interface RelayView {
  /** Multiaddr, ending in `/p2p/RELAY`. */
  readonly address: string;
  /** `spare`: known and not used now, because others hold enough reservations. */
  readonly state: 'connecting' | 'reachable' | 'refused' | 'unreachable' | 'spare';
  /** `directory`: other relays told of it. */
  readonly origin: 'page' | 'invite' | 'own' | 'directory';
  readonly preferred: boolean;
  /** What follows is known once the relay was reached, or described itself in the directory. */
  readonly operator?: string;
  readonly version?: string;
  /** Share of its reservations that are taken, 0 to 1. */
  readonly load?: number;
  readonly turn?: boolean;
  /** Measured, ms. */
  readonly roundTripMs?: number;
}

/** What a test of one relay found, step by step; a step that was not reached is absent. */
export interface RelayTest {
  /** Dialling, with encryption, ms; or it was not reached. */
  readonly reached: { readonly tookMs: number } | 'unreachable' | 'refused';
  readonly roundTripMs?: number;
  /** Whether a lookup was answered. */
  readonly lookup?: boolean;
  readonly turn?: 'none' | 'works' | 'silent';
}

export interface Reachability extends Watchable {
  readonly status: NetworkStatus;
  readonly relays: readonly RelayView[];
  /** Tries every relay now instead of waiting for its next attempt. */
  retry(): void;
  /**
   * Adds a relay by its multiaddr, its web address or a `/#/r/` link, after it has answered. A web address is asked for
   * `/relay.json`.
   */
  add(text: string): Promise<Result<RelayView, RelayProblem>>;
  prefer(address: string, preferred: boolean): Promise<void>;
  /** Takes a relay out and does not come back to it, whoever names it. */
  remove(address: string): Promise<void>;
  test(address: string, signal: AbortSignal): Promise<RelayTest>;
  /** The relay that has its STUN and TURN server at this host. */
  ofServer(host: string): RelayView | undefined;
  /** A link that adds this relay when it is opened or scanned. */
  link(address: string): string;
  /**
   * The multiaddr, ending in `/p2p/RELAY`, that a multiaddr or a `/#/r/` link names, to show before it is added;
   * `undefined` for anything else. Asks nobody.
   */
  read?(text: string): string | undefined;
}

/** How one check of the doctor stands. */
export type CheckState = 'waiting' | 'running' | 'good' | 'warning' | 'bad' | 'skipped';

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

/** One's own voice through TURN and back. */
export interface EchoTest extends Watchable {
  readonly view:
    | { readonly state: 'idle' }
    | { readonly state: 'starting' }
    | {
        readonly state: 'running';
        readonly via: string;
        readonly delayMs?: number;
        /** Whether any of the own voice has come back. */
        readonly heard: boolean;
      }
    | {
        readonly state: 'failed';
        readonly why: MicrophoneProblem | 'unsupported' | 'no-turn' | 'no-path';
      };
  /** Loudness of what goes out and what comes back, 0 to 1, read at every frame drawn. */
  levels(): { readonly own: number; readonly back: number };
  start(): Promise<void>;
  stop(): void;
}

export interface Audio extends Watchable {
  readonly microphones: readonly AudioDevice[];
  /** Whether the platform lets a page choose the speaker at all. */
  readonly choosesSpeakers: boolean;
  /** None where it cannot, and maybe none before the microphone was allowed. */
  readonly speakers: readonly AudioDevice[];
  refresh(): Promise<void>;
  /** Plays the ring as it would sound now, until the returned function is called. Absent where nothing plays. */
  testRing?(): () => void;
}

/** What time it is for others, as far as relays agree about it. */
export interface TimeView extends Watchable {
  /** How far it is ahead of this device's clock, ms; 0 while nobody has said so, or it is nothing to speak of. */
  readonly offsetMs: number;
}

export interface SettingsBook extends Watchable {
  readonly current: Settings;
  change(part: Partial<Settings>): Promise<void>;
}

/** The whole app without a screen. */
export interface Woxly {
  readonly identity: Identity;
  readonly contacts: Contacts;
  readonly calls: Calls;
  readonly history: CallHistory;
  readonly reachability: Reachability;
  readonly presences: Presences;
  readonly doctor: Doctor;
  readonly echo: EchoTest;
  readonly audio: Audio;
  readonly settings: SettingsBook;
  readonly time: TimeView;
  /** JSON for support: no secrets, names, addresses or message text. */
  diagnostics(): Promise<string>;
  /** Ends the live call and says goodbye to everybody. */
  stop(): Promise<void>;
}
