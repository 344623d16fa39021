import { whyNotEnclosed } from './enclosure.ts';
import { ensureTools } from './tools.ts';

/** Why the network laboratory cannot run on this machine, in a few words, or `undefined` if it can. */
export async function whyNoLab(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'the network laboratory needs Linux';
  return (await ensureTools()) ?? (await whyNotEnclosed());
}
