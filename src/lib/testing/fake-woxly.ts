import type { CallRecord } from '#lib/domain/call.ts';
import type { CallId, IdentityKey, Milliseconds } from '#lib/domain/ids.ts';
import type { WordsProblem } from '#lib/domain/reasons.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import { fail, ok } from '#lib/domain/result.ts';
import type { Result } from '#lib/domain/result.ts';
import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import type { Settings } from '#lib/domain/settings.ts';
import type { AudioDevice } from '#lib/ports/media.ts';
import { Watchers } from '#lib/core/watchable.ts';
import type { Audio } from '#lib/core/audio.ts';
import type { CallHistory } from '#lib/core/call-history.ts';
import type { Identity } from '#lib/core/identity/identity.ts';
import type { TimeView } from '#lib/core/network-time.ts';
import type { SettingsBook } from '#lib/core/settings-book.ts';
import type { Woxly } from '#lib/core/woxly.ts';
import { FakeCalls } from './fake-calls.ts';
import { FakeContacts } from './fake-contacts.ts';
import { FakeDoctor, FakeEcho, FakePresences } from './fake-doctor.ts';
import { KEYS } from './fake-people.ts';
import { FakeReachability } from './fake-relays.ts';

const WORDS = 'legal winner thank year wave sausage worth useful legal winner thank yellow';

class FakeIdentity extends Watchers implements Identity {
  profile: Identity['profile'];
  damage: Identity['damage'];

  async create(name: string, anew = false): Promise<void> {
    if (this.damage?.lost === 'keys' && !anew) throw new WoxlyError('identity-exists');
    this.#set({ key: KEYS.me, name, wordsConfirmed: false });
  }

  /** While set, the words are those of another key than the one that was here. */
  otherKey = false;

  async restore(
    words: string,
    name: string,
    anew = false,
  ): Promise<Result<IdentityKey, WordsProblem>> {
    const count = words.trim().split(/\s+/).length;
    if (count !== 12) return fail('count');
    if (words.trim() !== WORDS) return fail('unknown-word');
    if (this.otherKey && !anew) return fail('other-key');
    this.#set({ key: KEYS.me, name, wordsConfirmed: true });
    return ok(KEYS.me);
  }

  async rename(name: string): Promise<void> {
    if (this.profile) this.#set({ ...this.profile, name });
  }

  async recoveryWords(): Promise<readonly string[] | undefined> {
    return this.profile?.wordsConfirmed ? undefined : WORDS.split(' ');
  }

  async confirmWords(): Promise<void> {
    if (this.profile) this.#set({ ...this.profile, wordsConfirmed: true });
  }

  async inviteLink(): Promise<string> {
    return `https://woxly.example/#/i/${this.profile?.name ?? ''}.${KEYS.me}`;
  }

  #set(profile: Identity['profile']): void {
    this.profile = profile;
    this.damage = undefined;
    this.changed();
  }
}

class FakeHistory extends Watchers implements CallHistory {
  records: readonly CallRecord[] = [];

  get unseen(): number {
    return this.records.filter((record) => record.missed && !record.seen).length;
  }

  markSeen = async (): Promise<void> =>
    this.set(this.records.map((record) => ({ ...record, seen: true })));
  remove = async (id: CallId): Promise<void> =>
    this.set(this.records.filter((record) => record.id !== id));
  clear = async (): Promise<void> => this.set([]);

  set(records: readonly CallRecord[]): void {
    this.records = records;
    this.changed();
  }
}

class FakeAudio extends Watchers implements Audio {
  microphones: readonly AudioDevice[] = [];
  choosesSpeakers = true;
  speakers: readonly AudioDevice[] = [];
  ringing = false;

  refresh = async (): Promise<void> => this.changed();

  testRing = (): (() => void) => {
    this.ringing = true;
    return () => (this.ringing = false);
  };

  set(microphones: readonly AudioDevice[], speakers: readonly AudioDevice[]): void {
    this.microphones = microphones;
    this.speakers = speakers;
    this.changed();
  }
}

class FakeSettings extends Watchers implements SettingsBook {
  current: Settings = DEFAULT_SETTINGS;

  async change(part: Partial<Settings>): Promise<void> {
    if (part.iceServers?.some(({ url }) => !/^(stun|turns?):/.test(url))) {
      throw new WoxlyError('bad-address');
    }
    this.current = { ...this.current, ...part };
    this.changed();
  }
}

class FakeTime extends Watchers implements TimeView {
  offsetMs = 0;

  set(offsetMs: number): void {
    this.offsetMs = offsetMs;
    this.changed();
  }
}

/** WOXLY in memory, for tests of screens: it does nothing by itself and remembers what it was asked. */
export class FakeWoxly implements Woxly {
  readonly identity = new FakeIdentity();
  readonly contacts = new FakeContacts();
  readonly calls: FakeCalls;
  readonly history = new FakeHistory();
  readonly reachability = new FakeReachability();
  readonly presences = new FakePresences();
  readonly doctor = new FakeDoctor();
  readonly echo = new FakeEcho();
  readonly audio = new FakeAudio();
  readonly settings = new FakeSettings();
  readonly time = new FakeTime();

  constructor(now: () => Milliseconds = () => 0) {
    this.calls = new FakeCalls(now, (key) => this.contacts.get(key as IdentityKey));
  }

  diagnostics = async (): Promise<string> => '{"version":"test"}';
  stop = async (): Promise<void> => this.calls.end('hung-up');
}
