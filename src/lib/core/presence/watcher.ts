import { toHex } from '#lib/domain/bytes.ts';
import { createBucket } from '#lib/domain/bucket.ts';
import type { Bucket } from '#lib/domain/bucket.ts';
import type { Contact, Presence } from '#lib/domain/contact.ts';
import type { IdentityKey, Milliseconds, RelayAddress, RelayId } from '#lib/domain/ids.ts';
import type { Scope } from '#lib/domain/scope.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Log } from '#lib/ports/log.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import type { Random } from '#lib/ports/random.ts';
import { presenceDay } from '#lib/protocol/presence-record.ts';
import type { PresenceEnvelope } from '#lib/protocol/presence-record.ts';
import { Watchers } from '../watchable.ts';
import type { Contacts } from '../contacts/contacts.ts';
import type { Presences } from './presences.ts';
import type { SettingsBook } from '../settings-book.ts';
import { openPersonRecord } from '../reach/person-records.ts';
import type { PersonRecord } from '../reach/person-records.ts';
import { Sighting } from './watcher-sighting.ts';
import type { Word } from './watcher-sighting.ts';
import { createWatchStreams } from './watcher-streams.ts';
import { createTagBook, NOBODY } from './watcher-tags.ts';
import type { WatchedTags } from './watcher-tags.ts';

/** How long changes of contacts are gathered before relays are asked anew, ms: a relay takes 30 requests a minute. */
const GATHER_MS = 3_000;
/** Records of one person verified a minute for one relay: four a tag of three days, and a change each second. */
const RECORDS_PER_MINUTE = 72;
const DAY_MS = 86_400_000;
const UNKNOWN: Presence = { state: 'unknown' };

export interface PresenceWatcherPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly network: Pick<PeerNetwork, 'openRelay'>;
  /** Relays that hold a reservation of ours now. */
  readonly reserved: () => readonly RelayAddress[];
  /** Says whenever {@link reserved} may have changed. Returns a way to stop. */
  readonly watchReserved: (onChange: () => void) => () => void;
  readonly contacts: Pick<Contacts, 'all' | 'watch'>;
  readonly settings: Pick<SettingsBook, 'current' | 'watch'>;
  /** The lowest device list epoch to accept for this person. */
  readonly minEpoch: (person: IdentityKey) => number;
  /** A newer verified record came: where this person is now. One without relays says goodbye. */
  readonly onSeen: (person: IdentityKey, record: PersonRecord) => void;
  /** This person was there at this time, and lets that be seen. */
  readonly onThere: (person: IdentityKey, at: Milliseconds) => void;
  readonly scope: Scope;
}

/**
 * Learns from the relays that hold our reservations whether contacts are there, and tells what follows honestly: a
 * relay cannot make somebody seem there without a fresh record that they signed, and what nobody tells is unknown.
 * While the setting `sharePresence` is off relays are asked nothing.
 */
export function createPresenceWatcher(ports: PresenceWatcherPorts): Presences {
  const { clock, contacts, settings, reserved, minEpoch, onSeen, onThere, scope } = ports;
  const watchers = new Watchers();
  const tagsOf = createTagBook();
  const sightings = new Map<IdentityKey, Sighting>();
  const budgets = new Map<string, Bucket>();
  let shown: ReadonlyMap<IdentityKey, Presence> = new Map();
  let watched: WatchedTags = NOBODY;
  let day = -1;
  let asked = 0;
  let sharing = false;
  let stopped = false;
  let cancelGathering: (() => void) | undefined;
  let cancelTimer = (): void => undefined;

  const streams = createWatchStreams({ ...ports, onPush: take, onChange: refresh });
  scope.add(() => {
    stopped = true;
    cancelGathering?.();
    cancelTimer();
    streams.want([], NOBODY.request);
  });
  scope.add(ports.watchReserved(connect));
  scope.add(
    contacts.watch(() => {
      refresh();
      cancelGathering ??= clock.after(GATHER_MS, () => void ask());
    }),
  );
  scope.add(
    settings.watch(() => {
      if (settings.current.sharePresence !== sharing) void ask();
    }),
  );
  void ask();

  return {
    watch: watchers.watch,
    of: (key) => shown.get(key) ?? UNKNOWN,
  };

  /** Works out whom to watch, and tells the relays if that has changed. */
  async function ask(): Promise<void> {
    cancelGathering?.();
    cancelGathering = undefined;
    sharing = settings.current.sharePresence;
    asked += 1;
    const turn = asked;
    const now = clock.now();
    day = presenceDay(now);
    const next = await tagsOf(sharing ? contacts.all : [], now);
    // Asked again meanwhile, that one knows better.
    if (stopped || turn !== asked) return;
    // The same object for the same tags: then nothing is sent.
    const isSame = toHex(next.request) === toHex(watched.request);
    watched = isSame ? { ...next, request: watched.request } : next;
    for (const person of sightings.keys())
      if (!watched.people.has(person)) sightings.delete(person);
    for (const [name, budget] of budgets) if (budget.isFull) budgets.delete(name);
    connect();
    refresh();
  }

  function connect(): void {
    if (stopped) return;
    streams.want(watched.people.size === 0 ? [] : reserved(), watched.request);
    refresh();
  }

  async function take(
    relay: RelayId,
    push: { readonly records: readonly PresenceEnvelope[]; readonly left: readonly Uint8Array[] },
    word: Word,
  ): Promise<void> {
    for (const envelope of push.records) await takeRecord(relay, envelope, word);
    // After the records: of both, what was said last is true.
    for (const tag of push.left.map(toHex)) {
      const person = watched.owners.get(tag);
      const sighting = person && sightings.get(person);
      if (sighting?.leave(relay, tag, clock.now(), word)) tellThere(person, sighting);
    }
    refresh();
  }

  async function takeRecord(relay: RelayId, envelope: PresenceEnvelope, word: Word): Promise<void> {
    const person = watched.owners.get(toHex(envelope.tag));
    if (person === undefined) return;
    if (sightings.get(person)?.repeats(envelope, relay) || !mayVerify(relay, person)) return;
    const record = await openPersonRecord(envelope, person, clock.now(), minEpoch(person));
    if (record === undefined || stopped || !watched.people.has(person)) return;
    const sighting = sightings.get(person) ?? new Sighting();
    // Another relay may have said it while this one was verified.
    if (sighting.repeats(envelope, relay)) return;
    if (!sighting.hear(relay, envelope, record, clock.now(), word)) return;
    sightings.set(person, sighting);
    onSeen(person, record);
    tellThere(person, sighting);
  }

  function tellThere(person: IdentityKey | undefined, { lastThere }: Sighting): void {
    if (person !== undefined && lastThere !== undefined) onThere(person, lastThere);
  }

  /** Whoever knows a person's key can publish forgeries under their tags, which cost two signatures each to tell. */
  function mayVerify(relay: RelayId, person: IdentityKey): boolean {
    const name = `${relay} ${person}`;
    const budget =
      budgets.get(name) ??
      createBucket({
        most: RECORDS_PER_MINUTE,
        perSecond: RECORDS_PER_MINUTE / 60,
        now: () => clock.now(),
      });
    budgets.set(name, budget);
    return budget.take();
  }

  /** Works out what is shown, says so if it changed, and comes back when time alone changes it. */
  function refresh(): void {
    if (stopped) return;
    const now = clock.now();
    if (presenceDay(now) !== day && day >= 0) return void ask();
    const { alive, settledAt } = streams;
    const settled = settledAt !== undefined && settledAt <= now;
    const presenceOf = ({ key, trust, lastSeen }: Contact): Presence => {
      if (!sharing || trust === 'blocked' || !watched.people.has(key)) return UNKNOWN;
      const sighting = sightings.get(key) ?? new Sighting();
      const presence = sighting.presence(now, alive, settled, lastSeen);
      const before = shown.get(key);
      return before !== undefined && isSame(before, presence) ? before : presence;
    };
    const next = new Map(contacts.all.map((contact) => [contact.key, presenceOf(contact)]));
    const isNew = [...next].some(([key, presence]) => presence !== (shown.get(key) ?? UNKNOWN));
    const changes = [
      (day + 1) * DAY_MS,
      ...(settledAt === undefined || settled ? [] : [settledAt]),
      ...contacts.all.map(({ key, lastSeen }) =>
        (sightings.get(key) ?? new Sighting()).nextChange(now, lastSeen),
      ),
    ];
    cancelTimer();
    cancelTimer = clock.after(Math.min(...changes) - now, refresh);
    shown = next;
    if (isNew) watchers.changed();
  }
}

const isSame = (a: Presence, b: Presence): boolean =>
  a.state === b.state && (a.state !== 'seen' || b.state !== 'seen' || a.at === b.at);
