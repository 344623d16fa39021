import type { RelayAddress, RelayId } from '#lib/domain/ids.ts';
import type { ChosenIceServer } from '#lib/domain/settings.ts';
import type { Scope } from '#lib/domain/scope.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { IceServer } from '#lib/ports/media.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import type { Random } from '#lib/ports/random.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import type { TurnResponse } from '#lib/protocol/turn.ts';
import { limited } from '../limited.ts';
import { Watchers } from '../watchable.ts';
import type { Watchable } from '../watchable.ts';
import { askTurn } from './ask-turn.ts';
import { backoff } from '../backoff.ts';
import { readIceUrl } from './ice-url.ts';
import { serversOf } from './turn-servers.ts';

/** Relays whose servers are used: more only slow gathering. */
const RELAYS_MAX = 2;
/** How long a relay may take to hand out credentials, ms. */
const ANSWER_TIMEOUT_MS = 5_000;
/** Credentials are renewed after this share of their life, less up to a quarter of it by chance. */
const RENEW_SHARE = 0.6;
/** Credentials are not used in their last moments, ms: an allocation takes some round trips. */
const MARGIN_MS = 10_000;
/** The shortest and the longest life that is believed, ms. */
const LIFE_MIN_MS = 60_000;
const LIFE_MAX_MS = 24 * 60 * 60_000;
/** Waits after a relay has not answered, or has no TURN. */
const BACKOFF = { first: 5_000, longest: 600_000 };

export interface TurnBookPorts {
  /** The wall clock: credentials age while a device sleeps, too. */
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Pick<PeerNetwork, 'ask'>;
  /** Relays that hold a reservation of ours now, the best first. */
  readonly reserved: () => readonly RelayAddress[];
  /** Servers that the person added. */
  readonly chosen: () => readonly ChosenIceServer[];
  /** A relay's clock is this far ahead of ours, ms. */
  readonly onTime: (relay: RelayId, offsetMs: number) => void;
  readonly scope: Scope;
}

/** STUN and TURN servers for calls and direct connections: of the relays in use, and those added by hand. */
export interface TurnBook extends Watchable {
  /** What to use now; never anything expired. */
  iceServers(): readonly IceServer[];
  /** The peer ID of the relay whose server this host is. */
  relayOf(host: string): RelayId | undefined;
  /** Called whenever {@link TurnBookPorts.reserved} may have changed, and when the page wakes. */
  refresh(): void;
  /** Asks every relay in use at once: what was known of clocks holds no more. */
  askAnew(): void;
}

interface Entry {
  readonly relay: RelayAddress;
  response: TurnResponse | undefined;
  expires: number;
  /** When to ask, and how often nothing came of it. */
  due: number;
  /** How long that is, ms, from when it was decided: clocks are set, and this cannot be longer. */
  wait: number;
  failures: number;
  asking: boolean;
  cancel: () => void;
}

/** Keeps credentials of the TURN servers of the best relays fresh, so that a call that begins has them at once. */
export function createTurnBook(ports: TurnBookPorts): TurnBook {
  const { clock, random, network, reserved, chosen, scope } = ports;
  const watchers = new Watchers();
  const over = new AbortController();
  const pages = new Map<RelayAddress, Entry>();
  scope.add(() => {
    over.abort();
    for (const { cancel } of pages.values()) cancel();
  });

  return {
    watch: watchers.watch,
    iceServers() {
      const best = bestPages();
      return [
        ...best.flatMap(({ relay, response }, place) =>
          response ? serversOf(response, relay, place === 0 ? 'first' : 'second') : [],
        ),
        ...chosen().map(({ url, username, credential }) => ({
          urls: [url],
          ...(username !== undefined && { username }),
          ...(credential !== undefined && { credential }),
        })),
      ];
    },
    relayOf(host) {
      // Browsers write an IPv6 address in brackets, as it stands in the URL.
      const bare = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
      const named = [...pages.values()].find(({ response }) =>
        response?.urls.some((url) => readIceUrl(url)?.host === bare),
      );
      return named && relayIdOf(named.relay);
    },
    refresh() {
      forget();
      for (const relay of reserved().slice(0, RELAYS_MAX)) {
        const page = pages.get(relay) ?? newEntry(relay);
        pages.set(relay, page);
        // Timers stand still while a phone sleeps, and credentials go on ageing.
        if (page.due <= clock.now()) void ask(page);
        else askWhenDue(page);
      }
    },
    askAnew() {
      for (const page of pages.values()) page.due = 0;
      this.refresh();
    },
  };

  /** Of the relays in use; while none is (the network is changing) of those that were. */
  function bestPages(): readonly Entry[] {
    const fresh = [...pages.values()].filter(
      ({ response, expires }) => response !== undefined && expires - MARGIN_MS > clock.now(),
    );
    const now = reserved();
    const used = now.flatMap((relay) => fresh.find((page) => page.relay === relay) ?? []);
    return (used.length > 0 ? used : fresh).slice(0, RELAYS_MAX);
  }

  /** Of relays that are not used any more nothing is renewed; what they gave is kept for as long as it serves. */
  function forget(): void {
    const now = reserved().slice(0, RELAYS_MAX);
    for (const [relay, page] of pages) {
      if (now.includes(relay)) continue;
      page.cancel();
      page.due = 0;
      if (page.expires <= clock.now() && !page.asking) pages.delete(relay);
    }
  }

  async function ask(page: Entry): Promise<void> {
    if (page.asking || over.signal.aborted) return;
    page.cancel();
    page.asking = true;
    const { signal, end } = limited(clock, ANSWER_TIMEOUT_MS, over.signal);
    const asked = clock.now();
    const response = await askTurn(network, page.relay, signal).catch(() => undefined);
    end();
    page.asking = false;
    if (isOver()) return;
    if (response?.now !== undefined) {
      ports.onTime(relayIdOf(page.relay), Math.round(response.now - (asked + clock.now()) / 2));
    }
    const life = Math.min(LIFE_MAX_MS, Math.max(LIFE_MIN_MS, (response?.seconds ?? 0) * 1_000));
    let wait: number;
    if (response === undefined || serversOf(response, page.relay).length === 0) {
      page.failures += 1;
      wait = backoff(page.failures, BACKOFF, random);
      // It has none any more; one that is only silent may still serve until what it gave expires.
      if (response !== undefined) page.response = undefined;
    } else {
      page.failures = 0;
      page.response = response;
      page.expires = clock.now() + life;
      wait = life * RENEW_SHARE * (0.75 + 0.25 * random.unit());
    }
    page.wait = wait;
    page.due = clock.now() + wait;
    if (reserved().slice(0, RELAYS_MAX).includes(page.relay)) askWhenDue(page);
    watchers.changed();
  }

  function askWhenDue(page: Entry): void {
    page.cancel();
    const wait = Math.min(page.due - clock.now(), page.wait);
    page.cancel = clock.after(wait, () => void ask(page));
  }

  function isOver(): boolean {
    return over.signal.aborted;
  }
}

const newEntry = (relay: RelayAddress): Entry => ({
  relay,
  response: undefined,
  expires: 0,
  due: 0,
  wait: 0,
  failures: 0,
  asking: false,
  cancel: () => undefined,
});
