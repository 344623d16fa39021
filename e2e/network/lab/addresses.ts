/**
 * Who has which address. Public ones are of TEST-NET-3 (RFC 5737), which is nobody's on the real internet; behind a
 * NAT they are of RFC 1918, one network a site.
 */

/** Public addresses of machines that serve: relays with their STUN and TURN servers. */
export const SERVERS = ['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.4'] as const;
/** Nobody: packets to it vanish, as those to a dead server do. */
export const NOBODY = '203.0.113.9';
/** All that is public here. */
export const PUBLIC_NETWORK = '203.0.113.0/24';

/** Sites are where people are: each has one public address, its own or that of the NAT before it. */
const FIRST_SITE = 10;
const LAST_SITE = 249;

/** The public address of a site. */
export const publicAddress = (site: number): string => `203.0.113.${site}`;
/** The network behind the NAT of a site, of which `.1` is the NAT and `.2` the person. */
export const privateAddress = (site: number, host: 1 | 2): string => `192.168.${site}.${host}`;

/** Numbers of sites that nobody has now. */
export class Sites {
  readonly #taken = new Set<number>();
  #last = FIRST_SITE - 1;

  /** The next free number: one that was given back comes again as late as possible. */
  take(): number {
    for (let tried = FIRST_SITE; tried <= LAST_SITE; tried += 1) {
      this.#last = this.#last === LAST_SITE ? FIRST_SITE : this.#last + 1;
      if (this.#taken.has(this.#last)) continue;
      this.#taken.add(this.#last);
      return this.#last;
    }
    throw new Error('Every site of the laboratory is taken.');
  }

  giveBack(site: number): void {
    this.#taken.delete(site);
  }
}
