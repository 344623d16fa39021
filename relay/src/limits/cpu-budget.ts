import type { Connection } from '@libp2p/interface';
import { createBucket } from '#lib/domain/bucket.ts';
import type { Bucket } from '#lib/domain/bucket.ts';
import type { AddressLimits } from './address-limits.ts';
import {
  CPU_MS_AT_ONCE,
  CPU_MS_PER_SECOND,
  CPU_NEIGHBOUR_TIMES,
  CPU_PEER_SHARE,
} from './limits.ts';
import type { Neighbours } from '../neighbours/neighbours.ts';
import { hostOf } from './remote-address.ts';
import { sharesOf } from './share.ts';
import type { Share } from './share.ts';

/**
 * What a peer, and what an address, may make this relay compute. Everything else is limited by number, and a number of
 * one thing costs twenty times as much as of another; this is the sum. A request that is beyond it is refused, which
 * costs a little as well; whoever goes on in spite of that loses the connection.
 */

/** `cut`: whoever did this is so far beyond its budget that the connection is to be closed. */
export type Verdict = 'granted' | 'refused' | 'cut';

export interface CpuBudget {
  /** Asks whether a peer may have something done that takes so long, ms. */
  ask(connection: Pick<Connection, 'remoteAddr' | 'remotePeer'>, cost: number): Verdict;
  /** The same for somebody at an address who has not said who it is. */
  askOf(address: string, cost: number): Verdict;
  /** Tells of a time that was spent already, ms. */
  spent(address: string, cost: number): Verdict;
  /** Forgets who has used nothing for a while. */
  sweep(): void;
}

/** What it takes to refuse a stream, ms: it was opened, negotiated and reset. */
const REFUSAL_MS = 0.3;
/** How far beyond its budget somebody may be before the connection is closed, ms. */
const DEBT_MAX_MS = 200;

export function createCpuBudget(init: {
  readonly limits: Pick<AddressLimits, 'isExempt'>;
  /** Relays that share presence with this one. */
  readonly neighbours: () => Pick<Neighbours, 'has' | 'hasHost'> | undefined;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
}): CpuBudget {
  const { now } = init;
  const buckets = new Map<string, Bucket>();

  const bucketOf = ({ key, times }: Share): Bucket => {
    const bucket =
      buckets.get(key) ??
      createBucket({ most: CPU_MS_AT_ONCE * times, perSecond: CPU_MS_PER_SECOND * times, now });
    buckets.set(key, bucket);
    return bucket;
  };
  const ofAddress = (address: string): readonly Share[] =>
    init.limits.isExempt(address) ? [] : sharesOf(address);
  const judge = (shares: readonly Share[], cost: number): Verdict => {
    const drawn = shares.map(bucketOf);
    const may = drawn.every(({ left }) => left >= cost);
    for (const bucket of drawn) bucket.draw(may ? cost : REFUSAL_MS);
    if (may) return 'granted';
    return drawn.some(({ left }) => left < -DEBT_MAX_MS) ? 'cut' : 'refused';
  };

  return {
    ask({ remoteAddr, remotePeer }, cost) {
      const key = remotePeer.toString();
      const times = init.neighbours()?.has(key) === true ? CPU_NEIGHBOUR_TIMES : 1;
      const peer = { key, times: CPU_PEER_SHARE };
      return judge([peer, ...ofAddress(hostOf(remoteAddr))], cost / times);
    },
    askOf: (address, cost) => judge(ofAddress(address), cost),
    spent(address, cost) {
      const times = init.neighbours()?.hasHost(address) === true ? CPU_NEIGHBOUR_TIMES : 1;
      const drawn = ofAddress(address).map(bucketOf);
      for (const bucket of drawn) bucket.draw(cost / times);
      return drawn.some(({ left }) => left < -DEBT_MAX_MS) ? 'cut' : 'granted';
    },
    sweep() {
      for (const [key, bucket] of buckets) if (bucket.isFull) buckets.delete(key);
    },
  };
}
