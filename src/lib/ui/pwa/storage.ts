/** Asks the browser to keep the keys even when space runs low. It may say no, and then says so in About. */
export async function keepStorage(): Promise<void> {
  try {
    await navigator.storage.persist();
  } catch {
    // Not offered here; recovery words remain the answer.
  }
}

/** Whether the browser promised to keep what is stored; `undefined` where it does not say. */
export async function storageKept(): Promise<boolean | undefined> {
  try {
    return await navigator.storage.persisted();
  } catch {
    return undefined;
  }
}
