import { WoxlyError } from '#lib/domain/errors.ts';
import type { RelayId } from '#lib/domain/ids.ts';
import type { ChosenIceServer, Settings } from '#lib/domain/settings.ts';
import type { Stores } from '#lib/ports/stores.ts';
import { publicKeyFromText } from '#lib/protocol/key-text.ts';
import { isRelayAddress } from '#lib/protocol/relay-address.ts';
import { inOrder } from './in-order.ts';
import { readIceUrl } from './ice/ice-url.ts';
import { Watchers } from './watchable.ts';
import type { Watchable } from './watchable.ts';

export interface SettingsBook extends Watchable {
  readonly current: Settings;
  change(part: Partial<Settings>): Promise<void>;
}

/** Relays added by hand. Two or three are in use at once; more only cost dials. */
export const OWN_RELAYS_MAX = 16;
/** Relays refused: enough for a lifetime of changes of mind; the oldest go. */
export const REFUSED_RELAYS_MAX = 64;
/** STUN and TURN servers added by hand: Chromium warns of slow gathering from five URLs on, with those of relays. */
export const ICE_SERVERS_MAX = 4;
/** A user name or a password of a TURN server, characters. */
const CREDENTIAL_MAX = 256;

/** A server as a browser takes it: TURN without both a name and a password throws. */
const isIceServer = ({ url, username, credential }: ChosenIceServer): boolean => {
  const read = readIceUrl(url);
  if (read === undefined) return false;
  if (read.scheme === 'stun') return true;
  return [username, credential].every((one) => !!one && one.length <= CREDENTIAL_MAX);
};

const relayIds = (ids: readonly RelayId[], most: number): readonly RelayId[] =>
  [...new Set(ids.filter((id) => publicKeyFromText(id) !== undefined))].slice(-most);

/** Settings as they may be kept. An empty device ID stands for the system's default and goes. */
function tidy({ microphone, speaker, ...rest }: Settings): Settings {
  return {
    ...rest,
    ...(microphone ? { microphone } : {}),
    ...(speaker ? { speaker } : {}),
    ringVolume: Number.isFinite(rest.ringVolume) ? Math.min(1, Math.max(0, rest.ringVolume)) : 1,
    relays: [...new Set(rest.relays.filter(isRelayAddress))].slice(0, OWN_RELAYS_MAX),
    preferredRelays: relayIds(rest.preferredRelays, OWN_RELAYS_MAX),
    refusedRelays: relayIds(rest.refusedRelays, REFUSED_RELAYS_MAX),
    iceServers: rest.iceServers.filter(isIceServer).slice(0, ICE_SERVERS_MAX),
  };
}

/** Reads the settings. Every change is stored first and shown afterwards. @throws what the store throws. */
export async function createSettingsBook(
  stores: Pick<Stores, 'settings' | 'write'>,
): Promise<SettingsBook> {
  const watchers = new Watchers();
  const exclusively = inOrder();
  let current = tidy(await stores.settings.load());

  return {
    watch: watchers.watch,
    get current() {
      return current;
    },
    /**
     * @throws WoxlyError<'bad-address'> for a relay that is not a relay's multiaddr, or a STUN or TURN server that
     * browsers do not take; nothing is changed then.
     */
    change: (part) =>
      exclusively(async () => {
        const relaysAreRight = part.relays?.every(isRelayAddress) ?? true;
        const serversAreRight = part.iceServers?.every(isIceServer) ?? true;
        if (!relaysAreRight || !serversAreRight) throw new WoxlyError('bad-address');
        const next = tidy({ ...current, ...part });
        await stores.write((to) => to.saveSettings(next));
        current = next;
        watchers.changed();
      }),
  };
}
