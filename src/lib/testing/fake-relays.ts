import type { NetworkStatus, RelayProblem } from '#lib/domain/reasons.ts';
import { fail, ok } from '#lib/domain/result.ts';
import type { Result } from '#lib/domain/result.ts';
import { Watchers } from '#lib/core/watchable.ts';
import type { Reachability, RelayTest, RelayView } from '#lib/core/relays/reachability.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';

/** A relay with everything that a test does not care about filled in. */
export function relayOf(address: string, part: Partial<RelayView> = {}): RelayView {
  return {
    address: address as RelayAddress,
    state: 'reachable',
    origin: 'page',
    preferred: false,
    ...part,
  };
}

const LINK = 'https://woxly.example/#/r/';

/** Relays that are as a test says, and remember what they were asked. */
export class FakeReachability extends Watchers implements Reachability {
  status: NetworkStatus = 'reachable';
  relays: readonly RelayView[] = [];
  retries = 0;
  testNow: RelayTest = { reached: { tookMs: 84 } };
  /** What the next added relay is refused for. */
  refuse: RelayProblem | undefined;

  retry(): void {
    this.retries += 1;
  }

  async add(text: string): Promise<Result<RelayView, RelayProblem>> {
    const address = this.read(text.trim());
    if (text.trim() === '') return fail('empty');
    if (address === undefined) return fail('not-an-address');
    if (this.relays.some((relay) => relay.address === address)) return fail('already-there');
    if (this.refuse) return fail(this.refuse);
    const relay = relayOf(address, { origin: 'own' });
    this.set(this.status, [...this.relays, relay]);
    return ok(relay);
  }

  async prefer(address: RelayAddress, preferred: boolean): Promise<void> {
    const changed = this.relays.map((one) =>
      one.address === address ? { ...one, preferred } : one,
    );
    this.set(this.status, changed);
  }

  async remove(address: RelayAddress): Promise<void> {
    this.set(
      this.status,
      this.relays.filter((relay) => relay.address !== address),
    );
  }

  test = (): Promise<RelayTest> => Promise.resolve(this.testNow);
  ofServer = (host: string): RelayView | undefined =>
    this.relays.find(({ address }) => address.split('/')[2] === host);

  link = (address: RelayAddress): string => LINK + encodeURIComponent(address);

  read(text: string): RelayAddress | undefined {
    const address = decodeURIComponent(text.split('#/r/').at(-1) ?? '') as RelayAddress;
    return address.startsWith('/') && address.includes('/p2p/') ? address : undefined;
  }

  set(status: NetworkStatus, relays: readonly RelayView[] = this.relays): void {
    this.status = status;
    this.relays = relays;
    this.changed();
  }
}
