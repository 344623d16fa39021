import { readdirSync } from 'node:fs';
import { Sites } from './addresses.ts';
import { isEnclosed } from './enclosure.ts';
import { execute } from './execute.ts';
import { Machine } from './machine.ts';
import type { NatType } from './nat.ts';
import type { Shaping } from './shape.ts';

/** What a machine of the laboratory is like. */
export interface MachineOptions extends Shaping {
  /** Behind a home router unless given. */
  readonly nat?: NatType;
}

/** Machines on a small internet: the namespace of this process, in which relays run as they would anywhere. */
export class Lab {
  readonly #sites = new Sites();
  readonly #machines = new Map<string, Promise<Machine>>();

  /** @throws outside of an enclosure, where it would take other people's network apart. */
  constructor() {
    if (!isEnclosed()) throw new Error('Run the network tests by `npm run test:network`.');
    // What a laboratory before this one in the same enclosure left behind: a test runner may crash.
    for (const box of readdirSync('/run/netns')) execute(['ip', 'netns', 'delete', box]);
  }

  /** Adds a machine. Names are those of devices: short. */
  machine(
    name: string,
    { nat = 'port-restricted', ...shaping }: MachineOptions = {},
  ): Promise<Machine> {
    if (this.#machines.has(name)) throw new Error(`There is a machine ${name} already.`);
    const starting = Machine.start(name, this.#sites, nat, shaping);
    this.#machines.set(name, starting);
    return starting;
  }

  /** Takes a machine away. */
  async remove(name: string): Promise<void> {
    const machine = this.#machines.get(name);
    this.#machines.delete(name);
    await (await machine)?.close();
  }

  /** Takes every machine away. Without it the kernel does, once the namespaces of the laboratory end. */
  async close(): Promise<void> {
    for (const name of [...this.#machines.keys()]) await this.remove(name);
  }
}
