import { WoxlyError } from '#lib/domain/errors.ts';
import type { Settings } from '#lib/domain/settings.ts';
import type { SettingsStore } from '#lib/ports/stores.ts';
import { isRelayAddress } from '#lib/protocol/relay-address.ts';
import { inOrder } from './in-order.ts';
import { Watchers } from './watchable.ts';
import type { SettingsBook } from './woxly.ts';

/** Relays added by hand. Two or three are in use at once; more only cost dials. */
export const OWN_RELAYS_MAX = 16;

/** Settings as they may be kept. An empty device ID stands for the system's default and goes. */
function tidy({ microphone, speaker, ...rest }: Settings): Settings {
  return {
    ...rest,
    ...(microphone ? { microphone } : {}),
    ...(speaker ? { speaker } : {}),
    ringVolume: Number.isFinite(rest.ringVolume) ? Math.min(1, Math.max(0, rest.ringVolume)) : 1,
    relays: [...new Set(rest.relays.filter(isRelayAddress))].slice(0, OWN_RELAYS_MAX),
  };
}

/** Reads the settings. Every change is stored first and shown afterwards. @throws what the store throws. */
export async function createSettingsBook(store: SettingsStore): Promise<SettingsBook> {
  const watchers = new Watchers();
  const exclusively = inOrder();
  let current = tidy(await store.load());

  return {
    watch: watchers.watch,
    get current() {
      return current;
    },
    /** @throws WoxlyError<'bad-address'> for a relay that is not a relay's multiaddr; nothing is changed then. */
    change: (part) =>
      exclusively(async () => {
        if (part.relays?.every(isRelayAddress) === false) throw new WoxlyError('bad-address');
        const next = tidy({ ...current, ...part });
        await store.save(next);
        current = next;
        watchers.changed();
      }),
  };
}
