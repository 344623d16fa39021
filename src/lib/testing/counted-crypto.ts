const { subtle } = globalThis.crypto;
const COUNTED = Object.getOwnPropertyNames(Object.getPrototypeOf(subtle)).filter(
  (name) => typeof subtle[name as keyof SubtleCrypto] === 'function' && name !== 'constructor',
);

let pending = 0;
let last: Promise<unknown> = Promise.resolve();

// From now on what the platform signs, checks and derives is counted, and takes place one after the other, so that it
// ends in the order in which it began.
for (const name of COUNTED) {
  const original = subtle[name as keyof SubtleCrypto].bind(subtle) as (
    ...given: unknown[]
  ) => Promise<unknown>;
  const counted = (...given: unknown[]): Promise<unknown> => {
    pending += 1;
    const mine = last.then(() => original(...given)).finally(() => void (pending -= 1));
    last = mine.catch(() => undefined);
    return mine;
  };
  Object.defineProperty(subtle, name, { configurable: true, value: counted });
}

/** How many operations of the platform's cryptography are under way: they take place outside of the event loop. */
export const cryptoPending = (): number => pending;
