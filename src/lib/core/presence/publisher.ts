import type { Clock } from '#lib/ports/clock.ts';
import type { Log } from '#lib/ports/log.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import type { Random } from '#lib/ports/random.ts';
import { PRESENCE_RELAYS_MAX, PRESENCE_TTL_MS } from '#lib/protocol/limits.ts';
import { presenceTopic } from '#lib/protocol/names.ts';
import { PRESENCE_ENVELOPE, sealPresence } from '#lib/protocol/presence-record.ts';
import type { Signed, Signer } from '#lib/protocol/signed.ts';

/** A record is renewed after a third of its life, so that two failed renewals do no harm. */
const RENEW_MS = PRESENCE_TTL_MS / 3;
/** A failed publication is tried again after this, ms. */
const RETRY_MS = 3_000;
/** The shard count of a small network is 1. */
const SHARD = 0;

export interface PublisherPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly network: Pick<PeerNetwork, 'publish'>;
  readonly identity: Signer;
  readonly deviceList: () => Signed;
  /** Relays that hold a reservation of ours now. */
  readonly reserved: () => readonly string[];
}

/** Says through gossipsub where this person can be reached: when that changes, and before a record expires. */
export interface Publisher {
  /** Called whenever {@link PublisherPorts.reserved} may have changed. */
  refresh(): void;
  stop(): void;
}

export function createPublisher(ports: PublisherPorts): Publisher {
  const { clock, random, log, network, identity, deviceList, reserved } = ports;
  let published = '';
  let sequence = 0;
  let cancelTimer = (): void => undefined;
  let publishing = false;
  let stopped = false;

  return {
    refresh() {
      if (reserved().join() !== published) void publish();
    },
    stop() {
      stopped = true;
      cancelTimer();
    },
  };

  async function publish(): Promise<void> {
    if (publishing || stopped) return;
    cancelTimer();
    const relays = [...reserved()];
    published = relays.join();
    if (relays.length === 0) return;
    publishing = true;
    let next = RETRY_MS;
    try {
      const record = PRESENCE_ENVELOPE.encode(await seal(relays));
      const complete = await network.publish(presenceTopic(SHARD), record);
      log.info('presence published', { relays: relays.length, complete });
      if (complete) next = RENEW_MS * (0.8 + 0.4 * random.unit());
    } catch {
      log.warn('presence not published', { relays: relays.length });
    }
    publishing = false;
    // Relays came or went meanwhile.
    if (reserved().join() !== published) return publish();
    // It may have been stopped while it waited.
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
    if (!stopped) cancelTimer = clock.after(next, () => void publish());
  }

  function seal(relays: readonly string[]) {
    const now = clock.now();
    // Rises even if the clock was set back.
    sequence = Math.max(now, sequence + 1);
    const record = {
      devices: deviceList(),
      relays: relays.slice(0, PRESENCE_RELAYS_MAX),
      sequence,
      issued: now,
      expires: now + PRESENCE_TTL_MS,
    };
    return sealPresence(identity, record, random.bytes(12));
  }
}
