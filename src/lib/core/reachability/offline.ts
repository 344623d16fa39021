import type { PageLife } from '#lib/ports/page-life.ts';
import { fail } from '#lib/domain/result.ts';
import type { OnlineStart } from '../start-online.ts';
import { Watchers } from '../watchable.ts';
import type { Reachability } from '../woxly.ts';
import { readRelayText } from './relay-text.ts';

/** Relays as people see them, also before the network has started: then there are none. */
export function offlineReachability(network: OnlineStart, pageLife: PageLife): Reachability {
  const watchers = new Watchers();
  const changed = () => {
    watchers.changed();
  };
  network.watch(changed);
  pageLife.onOffline(changed);
  pageLife.onWake(changed);
  const online = () => network.current?.reachability;

  return {
    watch: watchers.watch,
    get status() {
      return online()?.status ?? (pageLife.online ? 'connecting' : 'offline');
    },
    get relays() {
      return online()?.relays ?? [];
    },
    retry: () => online()?.retry(),
    add: async (text) => (await online()?.add(text)) ?? fail('no-answer'),
    prefer: async (address, preferred) => online()?.prefer(address, preferred),
    remove: async (address) => online()?.remove(address),
    test: async (address, signal) =>
      (await online()?.test(address, signal)) ?? { reached: 'unreachable' },
    link: (address) => online()?.link(address) ?? address,
    read(text) {
      const read = readRelayText(text);
      return read.kind === 'address' ? read.address : undefined;
    },
  };
}
