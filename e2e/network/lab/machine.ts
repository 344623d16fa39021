import { setTimeout as wait } from 'node:timers/promises';
import type { Sites } from './addresses.ts';
import { capture } from './capture.ts';
import type { Capture } from './capture.ts';
import { Namespace } from './namespace.ts';
import type { Piped } from './namespace.ts';
import type { NatType } from './nat.ts';
import { shaped } from './shape.ts';
import type { Shaping } from './shape.ts';
import { openSite } from './site.ts';
import type { Site } from './site.ts';
import type { Carried } from './wire.ts';

/** Where a machine goes, and how. */
export interface Move extends Shaping {
  /** As before unless given. */
  readonly nat?: NatType;
  /** How long it has no network in between, ms. */
  readonly gapMs?: number;
}

/** Somebody's computer or phone, with one network at a time. */
export class Machine {
  readonly name: string;
  readonly #box: Namespace;
  readonly #sites: Sites;
  #site: Site;
  #number: number;
  #unplugged = false;

  private constructor(box: Namespace, sites: Sites, number: number, site: Site) {
    this.name = box.name;
    this.#box = box;
    this.#sites = sites;
    this.#number = number;
    this.#site = site;
  }

  static async start(name: string, sites: Sites, nat: NatType, shaping: Shaping): Promise<Machine> {
    const box = new Namespace(name);
    const number = sites.take();
    const site = await openSite(box, number, nat, shaped(shaping));
    site.plug();
    return new Machine(box, sites, number, site);
  }

  get nat(): NatType {
    return this.#site.nat;
  }

  /** Its address as it knows itself. */
  get address(): string {
    return this.#site.address;
  }

  /** Its address as others see it. */
  get publicAddress(): string {
    return this.#site.publicAddress;
  }

  /** Changes the link; what is not named stays. Resolves when that is in force. */
  reshape(shaping: Shaping): Promise<void> {
    return this.#site.wire.reshape(shaped(shaping, this.#site.wire.shape));
  }

  /** `silent`: packets vanish and nobody is told. `unplugged`: its device goes down. */
  async cut(how: 'silent' | 'unplugged' = 'silent'): Promise<void> {
    this.#unplugged = how === 'unplugged';
    if (this.#unplugged) this.#site.unplug();
    else await this.#site.wire.setCut(true);
  }

  /** Ends a cut. */
  async restore(): Promise<void> {
    if (this.#unplugged) this.#site.plug();
    else await this.#site.wire.setCut(false);
    this.#unplugged = false;
  }

  /** Wi-Fi to mobile: the network goes, and after a gap there is another one, with another address. */
  async move({ nat = this.nat, gapMs = 0, ...shaping }: Move = {}): Promise<void> {
    const [site, number] = [this.#site, this.#number];
    // Both are there: the gap is as long as it should be, however long a new site takes to make.
    this.#number = this.#sites.take();
    this.#site = await openSite(this.#box, this.#number, nat, shaped(shaping, site.wire.shape));
    site.unplug();
    await wait(gapMs);
    this.#site.plug();
    await site.close();
    this.#sites.giveBack(number);
  }

  /** What its present link has carried. */
  stats(): Promise<{ readonly up: Carried; readonly down: Carried }> {
    return this.#site.wire.stats();
  }

  /** Writes down the packets that come by here and fit a filter (`man pcap-filter`). Resolves once it does. */
  capture(filter: string): Promise<Capture> {
    return capture(this.#box, filter);
  }

  /** The command line that runs another one on this machine. */
  enter(line: readonly [string, ...string[]]): [string, ...string[]] {
    return this.#box.enter(line);
  }

  /** Starts a program on this machine; whoever does ends it. */
  spawn(line: readonly [string, ...string[]]): Piped {
    return this.#box.spawn(line);
  }

  async close(): Promise<void> {
    await this.#site.close();
    this.#sites.giveBack(this.#number);
    this.#box.close();
  }
}
