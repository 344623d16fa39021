import type { RelayAddress } from '#lib/domain/ids.ts';

/**
 * Attempts at the address that worked last, before the relay's others get their turn: a link that was silent comes back
 * with what worked before, and an attempt at an address that this network blocks takes its whole time.
 */
const FAITHFUL_ATTEMPTS = 4;

/** Which of a relay's addresses is tried next: for a while the one that worked, and then the others in turn. */
export class AddressTurn {
  /** The one over which it gave a reservation last. */
  #worked: RelayAddress | undefined;
  /** Attempts since then. */
  #attempts = 0;

  next(addresses: readonly RelayAddress[]): RelayAddress | undefined {
    const attempt = this.#attempts;
    this.#attempts += 1;
    const worked = this.#worked === undefined ? -1 : addresses.indexOf(this.#worked);
    const turn = worked < 0 ? attempt : worked + Math.max(0, attempt + 1 - FAITHFUL_ATTEMPTS);
    return addresses[turn % addresses.length];
  }

  worked(address: RelayAddress): void {
    this.#worked = address;
    this.#attempts = 0;
  }

  /** It works still. */
  answered(): void {
    this.#attempts = 0;
  }

  /** The one that worked gets another attempt, unless it had few. */
  afresh(): void {
    this.#attempts = Math.min(this.#attempts, FAITHFUL_ATTEMPTS - 1);
  }

  /** Another network may block the one that worked: it gets one attempt only. */
  doubt(): void {
    this.#attempts = FAITHFUL_ATTEMPTS - 1;
  }
}
