import type { IdentityKey } from '#lib/domain/ids.ts';
import { createScope } from '#lib/domain/scope.ts';
import type { Scope } from '#lib/domain/scope.ts';
import type { Log } from '#lib/ports/log.ts';
import type { Random } from '#lib/ports/random.ts';
import type { ContactBook } from '../contacts/create-contacts.ts';
import { createPresenceWatcher } from './watcher.ts';
import type { NetworkTime } from '../network-time.ts';
import type { Online } from '../online.ts';
import type { OnlineStart } from '../start-online.ts';
import { Watchers } from '../watchable.ts';
import type { Presences } from './presences.ts';
import type { SettingsBook } from '../settings-book.ts';

export interface PresencesPorts {
  readonly time: NetworkTime;
  readonly random: Random;
  readonly log: Log;
  readonly network: OnlineStart;
  readonly contacts: ContactBook;
  readonly settings: SettingsBook;
  /** A contact who was not online is now. */
  readonly onOnline: (key: IdentityKey) => void;
  readonly scope: Scope;
}

/** Presence of contacts, from the moment that the network has started; before, nothing is known. */
export function createPresences(ports: PresencesPorts): Presences {
  const { time, network, contacts, settings, log, onOnline, scope } = ports;
  const watchers = new Watchers();
  let watcher: Presences | undefined;
  /** Of the watcher that is used now. */
  let watching = createScope();
  let stopped = false;
  let online: ReadonlySet<IdentityKey> = new Set();

  const tell = (): void => {
    const before = online;
    online = new Set(
      contacts.all.map(({ key }) => key).filter((key) => watcher?.of(key).state === 'online'),
    );
    for (const key of online) if (!before.has(key)) onOnline(key);
    watchers.changed();
  };

  const start = (started: Online): void => {
    if (stopped) return;
    void watching.stop();
    watching = createScope();
    watcher = createPresenceWatcher({
      ...ports,
      scope: watching,
      clock: time.clock,
      network: started.network,
      reserved: () => started.keeper.usable,
      watchReserved: started.keeper.watch,
      contacts,
      settings,
      minEpoch: (person) => contacts.get(person)?.epoch ?? 0,
      onSeen: (person, record) => {
        started.seen(person, record);
      },
      onThere: (person, at) => {
        contacts.markSeen(person, at).catch(() => {
          log.warn('last seen not stored');
        });
      },
    });
    watcher.watch(tell);
    tell();
  };
  void network.first.then(start);
  // What was told in a wrong time was thrown away as expired, and is not told twice.
  scope.add(
    time.watch(() => {
      if (network.current !== undefined) start(network.current);
    }),
  );
  scope.add(() => {
    stopped = true;
    void watching.stop();
  });

  return {
    watch: watchers.watch,
    of(key) {
      const presence = watcher?.of(key) ?? { state: 'unknown' };
      // Screens compare it with the time that the device shows.
      return presence.state === 'seen' && time.offsetMs !== 0
        ? { ...presence, at: presence.at - time.offsetMs }
        : presence;
    },
  };
}
