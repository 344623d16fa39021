import type { IdentityKey } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Log } from '#lib/ports/log.ts';
import type { Random } from '#lib/ports/random.ts';
import type { ContactBook } from './contacts/contacts.ts';
import { createPresenceWatcher } from './presence/watcher.ts';
import type { PresenceWatcher } from './presence/watcher.ts';
import type { OnlineStart } from './start-online.ts';
import { Watchers } from './watchable.ts';
import type { Presences, SettingsBook } from './woxly.ts';

export interface PresencesPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly network: OnlineStart;
  readonly contacts: ContactBook;
  readonly settings: SettingsBook;
  /** A contact who was not online is now. */
  readonly onOnline: (key: IdentityKey) => void;
}

/** Presence of contacts, from the moment that the network has started; before, nothing is known. */
export function createPresences(ports: PresencesPorts): Presences & { stop(): void } {
  const { network, contacts, settings, log, onOnline } = ports;
  const watchers = new Watchers();
  let watcher: PresenceWatcher | undefined;
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

  void network.first.then((started) => {
    if (stopped) return;
    watcher = createPresenceWatcher({
      ...ports,
      clock: started.clock,
      network: started.network,
      reserved: () => started.keeper.reserved,
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
  });

  return {
    watch: watchers.watch,
    of: (key) => watcher?.of(key) ?? { state: 'unknown' },
    stop() {
      stopped = true;
      watcher?.stop();
    },
  };
}
