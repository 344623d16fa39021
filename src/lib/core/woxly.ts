import type { Audio } from './audio.ts';
import type { CallHistory } from './call-history.ts';
import type { Calls } from './call/calls.ts';
import type { Contacts } from './contacts/contacts.ts';
import type { Doctor } from './doctor/doctor.ts';
import type { EchoTest } from './doctor/echo-test.ts';
import type { Identity } from './identity/identity.ts';
import type { TimeView } from './network-time.ts';
import type { Presences } from './presence/presences.ts';
import type { Reachability } from './relays/reachability.ts';
import type { SettingsBook } from './settings-book.ts';

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
