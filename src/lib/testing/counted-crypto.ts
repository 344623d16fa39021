const { subtle } = globalThis.crypto;
const COUNTED = ['importKey', 'verify'] as const;

let counting = false;
let pending = 0;
let last: Promise<unknown> = Promise.resolve();

/**
 * From now on the platform's signature checks are counted, for {@link cryptoPending}, and take place one after the
 * other, so that they end in the order in which they began.
 */
export function countCrypto(): void {
  if (counting) return;
  counting = true;
  for (const name of COUNTED) {
    const original = subtle[name].bind(subtle) as (...given: unknown[]) => Promise<unknown>;
    const counted = (...given: unknown[]): Promise<unknown> => {
      pending += 1;
      const mine = last.then(() => original(...given)).finally(() => void (pending -= 1));
      last = mine.catch(() => undefined);
      return mine;
    };
    Object.defineProperty(subtle, name, { configurable: true, value: counted });
  }
}

/** How many signature checks are under way. */
export const cryptoPending = (): number => pending;
