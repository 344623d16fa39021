import { setTimeout as wait } from 'node:timers/promises';
import type { IdentityKey } from '#lib/domain/ids.ts';

/** Who is attacked: a relay, by its multiaddr, and a person who can be called through it. */
export interface Target {
  readonly relay: string;
  readonly person: IdentityKey;
}

/** Goes on until its process is ended. `onCut` is called whenever a connection was taken from it. */
export type Attack = (target: Target, onCut: () => void) => Promise<void>;

/** What was refused is tried again after this, ms. */
const AGAIN_MS = 100;

/** Does something without end, so many times side by side; what fails is tried again. */
export async function withoutEnd(sideBySide: number, once: () => Promise<void>): Promise<void> {
  const goOn = async (): Promise<never> => {
    for (;;) await once().catch(() => wait(AGAIN_MS));
  };
  await Promise.all(Array.from({ length: sideBySide }, goOn));
}
