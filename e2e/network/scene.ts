import type { Browser } from '@playwright/test';
import { listen } from '../ear.ts';
import { Person } from '../person.ts';
import type { Voice } from '../speech.ts';
import { launchOn } from './browser.ts';
import type { Lab, MachineOptions } from './lab/lab.ts';
import type { Machine } from './lab/machine.ts';
import { startPublicRelay } from './public-relay.ts';
import type { PublicRelay, ServerNumber } from './public-relay.ts';

/** How somebody comes to WOXLY in the laboratory. */
export interface ArrivalOptions extends MachineOptions {
  readonly voice?: Voice;
  /** The relay that serves their page; the first one unless given. */
  readonly relay?: PublicRelay;
}

/** Somebody with a machine of their own in the laboratory. */
export interface Networked extends Person {
  readonly machine: Machine;
}

interface RelayOptions {
  /** Other relays that it is told of. */
  readonly knows?: readonly PublicRelay[];
  /** More command line. */
  readonly options?: readonly string[];
}

/** Relays on the public internet and people around it, until it ends. */
export class Scene {
  readonly #lab: Lab;
  readonly #relays: PublicRelay[] = [];
  /** The browser of each machine, by the machine's name. */
  readonly #browsers = new Map<string, Browser>();

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Starts a relay with STUN and TURN on the server of that number. */
  async relay(
    server: ServerNumber = 0,
    { knows = [], options = [] }: RelayOptions = {},
  ): Promise<PublicRelay> {
    const relay = await startPublicRelay(server, knows, options);
    this.#relays.push(relay);
    return relay;
  }

  /** Brings a person with a machine and a browser of their own, and waits until they are reachable. */
  async person(name: string, options: ArrivalOptions = {}): Promise<Networked> {
    const { voice = 'low', relay = this.#relays[0] ?? (await this.relay()), ...network } = options;
    const machineName = `m-${name.toLowerCase()}`;
    const machine = await this.#lab.machine(machineName, network);
    const browser = await launchOn(machine, voice);
    this.#browsers.set(machineName, browser);
    const context = await browser.newContext({
      baseURL: relay.url,
      locale: 'en-US',
      permissions: ['microphone'],
    });
    await context.addInitScript(listen);
    const person = new Person(name, await context.newPage());
    await person.page.goto('/');
    await person.start();
    await person.reachable();
    return Object.assign(person, { machine });
  }

  /** Ends somebody's browser and takes their machine away. */
  async leave({ machine: { name } }: Networked): Promise<void> {
    await this.#browsers.get(name)?.close();
    this.#browsers.delete(name);
    await this.#lab.remove(name);
  }

  async end(): Promise<void> {
    await Promise.all([...this.#browsers.values()].map((browser) => browser.close()));
    await Promise.all(this.#relays.map((relay) => relay.dispose()));
    for (const name of this.#browsers.keys()) await this.#lab.remove(name);
  }
}
