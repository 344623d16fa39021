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
  readonly #relays: Promise<PublicRelay>[] = [];
  /** The browser of each machine, by the machine's name. */
  readonly #browsers = new Map<string, Browser>();
  readonly #started = Date.now();
  readonly #said: string[] = [];

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Starts a relay with STUN and TURN on the server of that number. */
  relay(
    server: ServerNumber = 0,
    { knows = [], options = [] }: RelayOptions = {},
  ): Promise<PublicRelay> {
    const starting = startPublicRelay(server, knows, options);
    this.#relays.push(starting);
    return starting;
  }

  /** Brings a person with a machine and a browser of their own, and waits until they are reachable. */
  async person(name: string, options: ArrivalOptions = {}): Promise<Networked> {
    const { voice = 'low', relay = await this.#first, ...network } = options;
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
    person.page.on('console', (message) => {
      const seconds = ((Date.now() - this.#started) / 1000).toFixed(1);
      this.#said.push(`${seconds} s, ${name}: ${message.text()}`);
    });
    await person.page.goto('/');
    await person.start();
    await person.reachable();
    return Object.assign(person, { machine });
  }

  /** What everybody's app has logged, for a test that fails now and then. */
  said(): string {
    return this.#said.join('\n');
  }

  /** The relay that people come to unless told otherwise. */
  get #first(): Promise<PublicRelay> {
    return this.#relays[0] ?? this.relay();
  }

  /** Ends somebody's browser and takes their machine away. */
  async leave({ machine: { name } }: Networked): Promise<void> {
    await this.#browsers.get(name)?.close();
    this.#browsers.delete(name);
    await this.#lab.remove(name);
  }

  async end(): Promise<void> {
    await Promise.all([...this.#browsers.values()].map((browser) => browser.close()));
    await Promise.all(this.#relays.map(async (relay) => (await relay).dispose()));
    for (const name of this.#browsers.keys()) await this.#lab.remove(name);
  }
}
