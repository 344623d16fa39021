import type { Bytes } from '#lib/domain/bytes.ts';
import { equalBytes } from '#lib/domain/bytes.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { DeviceKey, IdentityKey, RelayAddress, RelayId } from '#lib/domain/ids.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import { LOOKUP_REQUEST, LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import { PRESENCE_ENVELOPE } from '#lib/protocol/presence-record.ts';
import type { PresenceEnvelope } from '#lib/protocol/presence-record.ts';
import { createFinder } from '#lib/core/reach/finder.ts';
import type { Finder } from '#lib/core/reach/finder.ts';
import type { PersonRecord } from '#lib/core/reach/person-records.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import { HandClock } from './hand-clock.ts';
import { presencePerson } from './presence-people.ts';

export const DAY = 86_400_000;
export const NOON = 20_000 * DAY + DAY / 2;
export const never = new AbortController().signal;

/** The address of a relay by a short name. */
export const at = (name: string): RelayAddress =>
  `/dns4/${name.toLowerCase()}.example/tcp/443/wss/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN` as RelayAddress;

/** The person of a number, whose records are the first of noon and name R1 unless they say otherwise. */
export async function personAtNoon(number: number) {
  const { record, ...person } = await presencePerson(number, [at('R1')]);
  return {
    ...person,
    record: (part: Partial<Parameters<typeof record>[0]> = {}) =>
      record({ issued: NOON, sequence: 1, ...part }),
  };
}

/** Relays that keep what they are given, dead ones, and devices that answer through some relays. */
export class PresenceWorld {
  clock = new HandClock(NOON);
  relays = new Map<RelayAddress, PresenceEnvelope[]>();
  silent = new Set<RelayAddress>();
  there = new Map<DeviceKey, RelayAddress>();
  opened: string[] = [];
  /** Publications that do not reach every relay. */
  missed = 0;
  released: RelayAddress[] = [];
  mayMove = true;
  epochs = new Map<IdentityKey, number>();
  seen: PersonRecord[] = [];
  reserved: RelayAddress[] = [at('R1')];
  spares: RelayAddress[] = [];
  onReserved = (): void => undefined;

  get now() {
    return this.clock.time;
  }

  set now(now: number) {
    this.clock.time = now;
  }

  get timers() {
    return this.clock.timers;
  }

  advance(ms: number): void {
    this.clock.advance(ms);
  }

  network = {
    ask: (relay: RelayAddress, _: string, request: Bytes, signal: AbortSignal): Promise<Bytes> => {
      if (this.silent.has(relay)) {
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new WoxlyError('aborted'));
          });
        });
      }
      const kept = this.relays.get(relay);
      if (kept === undefined) return Promise.reject(new WoxlyError('unreachable'));
      const tags = LOOKUP_REQUEST.decode(request)?.tags ?? [];
      const records = kept.filter(({ tag }) => tags.some((asked) => equalBytes(asked, tag)));
      return Promise.resolve(LOOKUP_RESPONSE.encode({ records }));
    },
    open: (
      device: DeviceKey,
      _: string,
      relays: readonly RelayAddress[],
    ): Promise<FrameChannel> => {
      this.opened.push(`${device} ${relays.join()}`);
      const relay = this.there.get(device);
      if (relay === undefined || !relays.includes(relay)) {
        return Promise.reject(new WoxlyError('no-reservation'));
      }
      const nothing = () => undefined;
      return Promise.resolve({ device, send: nothing, listen: nothing, close: nothing });
    },
    release: (relay: RelayAddress): void => void this.released.push(relay),
    publish: (_: string, message: Bytes): Promise<readonly RelayId[]> => {
      const envelope = PRESENCE_ENVELOPE.decode(message);
      if (envelope === undefined || this.relays.size === 0) return Promise.reject(new Error('no'));
      for (const kept of this.relays.values()) kept.push(envelope);
      return Promise.resolve(this.missed-- <= 0 ? [] : this.reserved.map(relayIdOf));
    },
  };

  finder(): Finder {
    return createFinder({
      clock: this.clock,
      network: this.network,
      minEpoch: (key) => this.epochs.get(key) ?? 0,
      onSeen: (_, presence) => void this.seen.push(presence),
    });
  }

  async find(key: IdentityKey): Promise<PersonRecord | undefined> {
    let last: PersonRecord | undefined;
    await this.finder().lookup(
      key,
      [...this.relays.keys()],
      never,
      (presence) => (last = presence),
    );
    return last;
  }
}
