import type { PageLife } from '#lib/ports/page-life.ts';
import type { OnlineStart } from '../start-online.ts';
import { Watchers } from '../watchable.ts';
import type { Reachability } from './reachability.ts';
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
  const started = async () => (await network.first).reachability;

  return {
    watch: watchers.watch,
    get status() {
      return online()?.status ?? (pageLife.online ? 'connecting' : 'offline');
    },
    get relays() {
      return online()?.relays ?? [];
    },
    retry: () => online()?.retry(),
    // A link to a relay may open the page: what it asks for waits until the network's code is there.
    add: async (text) => (await started()).add(text),
    prefer: async (address, preferred) => (await started()).prefer(address, preferred),
    remove: async (address) => (await started()).remove(address),
    test: async (address, signal) => (await started()).test(address, signal),
    ofServer: (host) => online()?.ofServer(host),
    link: (address) => online()?.link(address) ?? address,
    read(text) {
      const read = readRelayText(text);
      return read.kind === 'address' ? read.address : undefined;
    },
  };
}
