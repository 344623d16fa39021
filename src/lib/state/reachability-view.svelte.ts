import type { NetworkStatus, RelayProblem } from '#lib/domain/reasons.ts';
import type { Result } from '#lib/domain/result.ts';
import type { Reachability, RelayTest, RelayView } from '#lib/core/relays/reachability.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { Followed } from './followed.ts';

/** Whether people can reach this device, for screens. */
export class ReachabilityView extends Followed<Reachability> {
  get status(): NetworkStatus {
    return this.engine.status;
  }

  get relays(): readonly RelayView[] {
    return this.engine.relays;
  }

  /** On how many relays others find this device now. */
  get reached(): number {
    return this.relays.filter(({ state }) => state === 'reachable').length;
  }

  retry = (): void => this.acting.retry();
  add = (text: string): Promise<Result<RelayView, RelayProblem>> => this.acting.add(text);
  prefer = (address: RelayAddress, preferred: boolean): Promise<void> =>
    this.acting.prefer(address, preferred);
  remove = (address: RelayAddress): Promise<void> => this.acting.remove(address);
  test = (address: RelayAddress, signal: AbortSignal): Promise<RelayTest> =>
    this.acting.test(address, signal);
  ofServer = (host: string): RelayView | undefined => this.engine.ofServer(host);
  link = (address: RelayAddress): string => this.acting.link(address);
  /** The address that a relay link names, where that can be told without asking anybody. */
  read = (text: string): string | undefined => this.acting.read(text);
}
