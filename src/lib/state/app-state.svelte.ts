import { createContext } from 'svelte';
import type { Woxly } from '#lib/core/woxly.ts';
import { AudioView } from './audio-view.svelte.ts';
import { CallsView } from './calls-view.svelte.ts';
import { ContactsView } from './contacts-view.svelte.ts';
import { DoctorView } from './doctor-view.svelte.ts';
import { EchoView } from './echo-view.svelte.ts';
import { HistoryView } from './history-view.svelte.ts';
import { IdentityView } from './identity-view.svelte.ts';
import { PresencesView } from './presences-view.svelte.ts';
import { ReachabilityView } from './reachability-view.svelte.ts';
import { SettingsView } from './settings-view.svelte.ts';
import { TimeView } from './time-view.svelte.ts';
import { Toasts } from './toasts.svelte.ts';

/** Everything a screen may read or ask for: one view an engine. */
export class AppState {
  readonly identity: IdentityView;
  readonly contacts: ContactsView;
  readonly calls: CallsView;
  readonly history: HistoryView;
  readonly reachability: ReachabilityView;
  readonly presences: PresencesView;
  readonly doctor: DoctorView;
  readonly echo: EchoView;
  readonly audio: AudioView;
  readonly settings: SettingsView;
  readonly time: TimeView;
  readonly toasts = new Toasts();
  /** JSON for support, without secrets, names or addresses. */
  readonly diagnostics: () => Promise<string>;

  constructor(woxly: Woxly) {
    this.identity = new IdentityView(woxly.identity);
    this.contacts = new ContactsView(woxly.contacts);
    this.calls = new CallsView(woxly.calls);
    this.history = new HistoryView(woxly.history);
    this.reachability = new ReachabilityView(woxly.reachability);
    this.presences = new PresencesView(woxly.presences);
    this.doctor = new DoctorView(woxly.doctor);
    this.echo = new EchoView(woxly.echo);
    this.audio = new AudioView(woxly.audio);
    this.settings = new SettingsView(woxly.settings);
    this.time = new TimeView(woxly.time);
    this.diagnostics = () => woxly.diagnostics();
  }
}

/** The app of the component tree one is in. */
export const [appState, provideAppState] = createContext<AppState>();
