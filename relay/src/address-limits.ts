import { isLoopback, limitKey } from './remote-address.ts';

/** Why a new connection was not taken. */
type Refusal = 'too-often' | 'too-many';

/** A connection that counts; call it once, when it is over. */
type Release = () => void;

interface Seen {
  /** New connections that may still come now. */
  tokens: number;
  /** When `tokens` was right, ms. */
  at: number;
  /** Connections open now. */
  open: number;
}

const MINUTE_MS = 60_000;

/** New and open connections of each address. */
export interface AddressLimits {
  admit(address: string): Release | Refusal;
  /** Whether limits per address do not apply to this address. */
  isExempt(address: string): boolean;
  /** Forgets addresses that are as good as new. */
  sweep(): void;
}

export function createAddressLimits(init: {
  readonly connectionsPerMinute: number;
  readonly connectionsPerAddress: number;
  readonly exemptLoopback: boolean;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
}): AddressLimits {
  const { connectionsPerMinute, connectionsPerAddress, now } = init;
  const addresses = new Map<string, Seen>();
  const isExempt = (address: string): boolean => init.exemptLoopback && isLoopback(address);

  const refill = (seen: Seen): void => {
    const time = now();
    const gained = ((time - seen.at) * connectionsPerMinute) / MINUTE_MS;
    seen.tokens = Math.min(connectionsPerMinute, seen.tokens + gained);
    seen.at = time;
  };

  return {
    isExempt,
    admit(address) {
      if (isExempt(address)) return () => {};
      const key = limitKey(address);
      const seen = addresses.get(key) ?? { tokens: connectionsPerMinute, at: now(), open: 0 };
      addresses.set(key, seen);
      refill(seen);
      if (seen.open >= connectionsPerAddress) return 'too-many';
      if (seen.tokens < 1) return 'too-often';
      seen.tokens -= 1;
      seen.open += 1;
      let held = true;
      return () => {
        if (held) seen.open -= 1;
        held = false;
      };
    },
    sweep() {
      for (const [key, seen] of addresses) {
        refill(seen);
        if (seen.open === 0 && seen.tokens >= connectionsPerMinute) addresses.delete(key);
      }
    },
  };
}
