import { readdirSync, readFileSync } from 'node:fs';

/** `USER_HZ`: what Linux counts processor time in, on every platform that Node runs on. */
const TICKS_A_SECOND = 100;

interface Process {
  readonly parent: number;
  readonly seconds: number;
}

/** Whether the system says what its processes cost. */
export const knowsProcessors = process.platform === 'linux';

/** Processor time, s, of a browser and all its processes so far: pages, sound, network. */
export function processorSeconds(root: number): number {
  const processes = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    const read = /^\d+$/.test(name) ? processOf(name) : undefined;
    if (read !== undefined) processes.set(Number(name), read);
  }
  const isOurs = (id: number): boolean => {
    if (id === root) return true;
    const parent = processes.get(id)?.parent;
    return parent !== undefined && parent > 1 && isOurs(parent);
  };
  return [...processes].reduce((sum, [id, { seconds }]) => sum + (isOurs(id) ? seconds : 0), 0);
}

/** proc_pid_stat(5); what stands before the last `)` is a name and may contain anything. */
function processOf(id: string): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number);
    return { parent: parent ?? 0, seconds: ((user ?? 0) + (system ?? 0)) / TICKS_A_SECOND };
  } catch {
    // It ended between the list and the look.
    return undefined;
  }
}
