import type { Bytes } from '#lib/domain/bytes.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import type { Scope } from '#lib/domain/scope.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Log } from '#lib/ports/log.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import type { Random } from '#lib/ports/random.ts';
import {
  PRESENCE_MAX_AHEAD_MS,
  PRESENCE_RELAYS_MAX,
  PRESENCE_TTL_MS,
} from '#lib/protocol/limits.ts';
import { PRESENCE_TOPIC } from '#lib/protocol/names.ts';
import { PRESENCE_ENVELOPE, sealPresence } from '#lib/protocol/presence-record.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import type { Signed, Signer } from '#lib/protocol/signed.ts';
import { backoff } from '../backoff.ts';
import { MissedRecords } from './missed-records.ts';

/** A record is renewed after a third of its life, so that two failed renewals do no harm. */
const RENEW_MS = PRESENCE_TTL_MS / 3;
/** Until a failed publication is tried again. */
const BACKOFF = { first: 3_000, longest: 60_000 };
/** How long leaving may take, ms: the network itself has 2 s to stop. */
const GOODBYE_MS = 500;

export interface PublisherPorts {
  /** Corrected by what is known of our clock: relays turn away what lies too far from theirs. */
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly network: Pick<PeerNetwork, 'publish' | 'release'>;
  readonly identity: Signer;
  /** The public key of this device. */
  readonly device: Bytes;
  readonly deviceList: () => Signed;
  /** Relays that hold a reservation of ours now. */
  readonly reserved: () => readonly RelayAddress[];
  /** Whether the person does not want to be shown as there or not. */
  readonly hidden: () => boolean;
  /** Whether a reservation may be given up for another one now: not in a call, whose signalling may go over it. */
  readonly mayMove: () => boolean;
  /** At its end whoever looks is told that this person is gone, if that can be done at once. */
  readonly scope: Scope;
}

/** Says through gossipsub where this person can be reached: when that changes, and before a record expires. */
export interface Publisher {
  /** Called whenever {@link PublisherPorts.reserved} or {@link PublisherPorts.hidden} may have changed. */
  refresh(): void;
  /** Publishes anew whatever was published before: the clock has turned out to be wrong. */
  renew(): void;
}

export function createPublisher(ports: PublisherPorts): Publisher {
  const { clock, random, log, network, identity, device, deviceList, reserved, hidden, mayMove } =
    ports;
  /** What the record says that was published last, or is being published. */
  let published = '';
  /** Whether relays have a record of ours that names a relay. */
  let isShown = false;
  let sequence = 0;
  let cancelTimer = (): void => undefined;
  let publishing = false;
  /** Publications in a row that not every relay has taken. */
  let failures = 0;
  const missedRecords = new MissedRecords();
  let stopped = false;
  ports.scope.add(sayGoodbye);

  return {
    refresh() {
      if (contents() !== published) void publish();
    },
    renew() {
      if (published === '') return;
      published = 'stale';
      void publish();
    },
  };

  async function sayGoodbye(): Promise<void> {
    stopped = true;
    cancelTimer();
    if (!isShown) return;
    const goodbye = seal([])
      .then((record) => network.publish(PRESENCE_TOPIC, PRESENCE_ENVELOPE.encode(record)))
      .catch(() => undefined);
    let cancel = (): void => undefined;
    const late = new Promise((resolve) => {
      cancel = clock.after(GOODBYE_MS, () => {
        resolve(undefined);
      });
    });
    await Promise.race([goodbye, late]);
    cancel();
  }

  /** In one text, whatever the order of the relays, which changes with every measurement. Empty: nothing to say. */
  function contents(): string {
    const relays = reserved();
    return relays.length === 0 ? '' : [hidden(), ...[...relays].sort()].join();
  }

  async function publish(): Promise<void> {
    if (publishing || stopped) return;
    cancelTimer();
    const relays = [...reserved()];
    published = contents();
    if (relays.length === 0) return;
    publishing = true;
    isShown = true;
    let missed: readonly RelayAddress[] = relays;
    try {
      const record = PRESENCE_ENVELOPE.encode(await seal(relays));
      const without = new Set(await network.publish(PRESENCE_TOPIC, record));
      missed = relays.filter((relay) => without.has(relayIdOf(relay)));
    } catch {
      // No relay has it.
    }
    publishing = false;
    failures = missed.length === 0 ? 0 : failures + 1;
    log.info('presence published', {
      relays: relays.length - missed.length,
      missed: missed.length,
    });
    for (const relay of relays) {
      if (!missed.includes(relay)) missedRecords.taken(relay);
      else missedRecords.missed(relay);
      if (mayMove() && missedRecords.isTimeToRedial(relay)) network.release(relay);
    }
    // Relays came or went meanwhile.
    if (contents() !== published) return publish();
    // It may have been stopped while it waited.
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
    if (stopped) return;
    const next =
      failures > 0 ? backoff(failures, BACKOFF, random) : RENEW_MS * (0.8 + 0.4 * random.unit());
    cancelTimer = clock.after(next, () => void publish());
  }

  function seal(relays: readonly RelayAddress[]) {
    const now = clock.now();
    // Rises even if the clock was set back; but what was published far in the future nobody has kept.
    sequence = sequence > now + PRESENCE_MAX_AHEAD_MS ? now : Math.max(now, sequence + 1);
    const record = {
      devices: deviceList(),
      relays: relays.slice(0, PRESENCE_RELAYS_MAX),
      sequence,
      issued: now,
      expires: now + PRESENCE_TTL_MS,
      device,
      ...(hidden() && { hidden: true }),
    };
    return sealPresence(identity, record, random.bytes(12));
  }
}
