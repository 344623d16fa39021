const { subtle } = globalThis.crypto;

let pending = 0;
let last: Promise<unknown> = Promise.resolve();

/** Makes the platform's signature checks take place one after the other, so that they end in the order they began. */
export function countCrypto(): void {
  for (const name of ['importKey', 'verify'] as const) {
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

/** Undoes {@link countCrypto}. */
export function uncountCrypto(): void {
  for (const name of ['importKey', 'verify'] as const) Reflect.deleteProperty(subtle, name);
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Resolves once all that was under way in promises has run, and the signature checks among it. */
export async function workDone(): Promise<void> {
  do await turn();
  while (pending > 0);
}
