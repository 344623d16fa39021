import { isIPv6 } from 'node:net';
import { groups, ipv4In } from './remote-address.ts';

/**
 * What counts as one address wherever something is limited per address. One IPv4 address is one. Of IPv6 a household
 * gets a /64 at least and often a /56, a company or a rented server a /48; all of them cost nothing more. So each
 * address draws on three shares, and the wider ones hold several times as much as the narrowest: four households of a
 * /56 and sixteen of a /48 can fill theirs before they meet.
 */
export interface Share {
  /** Names the block of addresses. */
  readonly key: string;
  /** How many times the limit of one address the block has. */
  readonly times: number;
}

const IPV6_SHARES = [
  { bits: 64, times: 1 },
  { bits: 56, times: 4 },
  { bits: 48, times: 16 },
] as const;
const GROUP_BITS = 16;

/** The first bits of an address, written as a network. */
function network(all: readonly number[], bits: number): string {
  const kept = all.map((group, index) => {
    const dropped = Math.min(GROUP_BITS, Math.max(0, (index + 1) * GROUP_BITS - bits));
    return (group >> dropped) << dropped;
  });
  const shown = kept.slice(0, Math.ceil(bits / GROUP_BITS));
  return `${shown.map((group) => group.toString(16)).join(':')}::/${bits}`;
}

const shareOf = (all: readonly number[], block: { bits: number; times: number }): Share => ({
  key: network(all, block.bits),
  times: block.times,
});

/** The shares on which an address draws, the narrowest first. */
export function sharesOf(address: string): readonly [Share, ...Share[]] {
  if (!isIPv6(address)) return [{ key: address, times: 1 }];
  const all = groups(address);
  const ipv4 = ipv4In(all);
  if (ipv4 !== undefined) return [{ key: ipv4, times: 1 }];
  const [own, ...wider] = IPV6_SHARES;
  return [shareOf(all, own), ...wider.map((block) => shareOf(all, block))];
}

/** The narrowest share alone: what is the same host, where hosts are told apart and nothing is counted. */
export const hostShare = (address: string): string => sharesOf(address)[0].key;

/** The same shares, counted for something of their own, such as one destination. */
export const sharesFor = (shares: readonly Share[], what: string): readonly Share[] =>
  shares.map(({ key, times }) => ({ key: `${key} ${what}`, times }));

/** Whether one more may come from an address, beside those that are there. */
export const hasRoomFor = (
  shares: readonly Share[],
  others: readonly (readonly Share[])[],
  most: number,
): boolean =>
  shares.every(
    ({ key, times }) =>
      others.filter((other) => other.some((share) => share.key === key)).length < most * times,
  );

/** What is held of each share, up to a limit. */
export interface ShareCount {
  /** Takes an amount of every share, if each of them has as much left; a negative one always fits. */
  take(shares: readonly Share[], amount?: number): boolean;
  give(shares: readonly Share[], amount?: number): void;
  /** Shares of which something is held. */
  readonly size: number;
}

/** @param most What one address may hold. */
export function createShareCount(most: number): ShareCount {
  const held = new Map<string, number>();
  const add = (shares: readonly Share[], amount: number): void => {
    for (const { key } of shares) {
      const now = (held.get(key) ?? 0) + amount;
      if (now > 0) held.set(key, now);
      else held.delete(key);
    }
  };
  return {
    take(shares, amount = 1) {
      const fits = ({ key, times }: Share): boolean =>
        (held.get(key) ?? 0) + amount <= most * times;
      if (amount > 0 && !shares.every(fits)) return false;
      add(shares, amount);
      return true;
    },
    give: (shares, amount = 1) => add(shares, -amount),
    get size() {
      return held.size;
    },
  };
}
