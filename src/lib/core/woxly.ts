import type { CallQuality, CallRecord } from '#lib/domain/call.ts';
import type { Contact, ReachHints } from '#lib/domain/contact.ts';
import type { CallId, IdentityKey } from '#lib/domain/ids.ts';
import type { LinkProblem, NetworkStatus, WordsProblem } from '#lib/domain/reasons.ts';
import type { Result } from '#lib/domain/result.ts';
import type { Settings } from '#lib/domain/settings.ts';
import type { AudioDevice } from '#lib/ports/media.ts';
import type { CallView } from './call/call-view.ts';
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
    | { readonly key: IdentityKey; readonly name: string; readonly wordsConfirmed: boolean }
    | undefined;
  /** First visit: makes the keys. Resolves when the key can be shown and is stored. */
  create(name: string): Promise<void>;
  /** First visit: brings an identity back from its 12 words, with a new device key. */
  restore(words: string, name: string): Promise<Result<IdentityKey, WordsProblem>>;
  rename(name: string): Promise<void>;
  /** The 12 recovery words, or `undefined` once confirmed. */
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
}

export interface Calls extends Watchable {
  readonly current: CallView | undefined;
  /** Calls a person. Refused with `own-key` or `blocked`; while another call is live it does nothing. */
  call(who: Invited): Promise<Result<CallId, LinkProblem>>;
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
  /** Loudness, 0 to 1, read at every frame drawn. */
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
  readonly origin: 'page' | 'invite' | 'own';
}

export interface Reachability extends Watchable {
  readonly status: NetworkStatus;
  readonly relays: readonly RelayView[];
  /** Tries every relay now instead of waiting for its next attempt. */
  retry(): void;
}

export interface Audio extends Watchable {
  readonly microphones: readonly AudioDevice[];
  /** Empty where the platform does not let a page choose. */
  readonly speakers: readonly AudioDevice[];
  refresh(): Promise<void>;
  /** Plays the ring as it would sound now, until the returned function is called. Absent where nothing plays. */
  testRing?(): () => void;
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
  readonly audio: Audio;
  readonly settings: SettingsBook;
  /** JSON for support: no secrets, names, addresses or message text. */
  diagnostics(): Promise<string>;
  /** Ends the live call and says goodbye to everybody. */
  stop(): Promise<void>;
}
