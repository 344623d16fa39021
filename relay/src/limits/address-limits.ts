import { createRateLimit } from './rate-limit.ts';
import { isLoopback } from './remote-address.ts';
import { createShareCount, sharesOf } from './share.ts';

/** Why a new connection was not taken. */
type Refusal = 'too-often' | 'too-many';

/** A connection that counts; call it once, when it is over. */
type Release = () => void;

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
  const open = createShareCount(init.connectionsPerAddress);
  const opened = createRateLimit({ perMinute: init.connectionsPerMinute, now: init.now });
  const isExempt = (address: string): boolean => init.exemptLoopback && isLoopback(address);

  return {
    isExempt,
    admit(address) {
      if (isExempt(address)) return () => {};
      const shares = sharesOf(address);
      if (!open.take(shares)) return 'too-many';
      let held = true;
      const release = (): void => {
        if (held) open.give(shares);
        held = false;
      };
      if (opened.take(shares)) return release;
      release();
      return 'too-often';
    },
    sweep: () => opened.sweep(),
  };
}
