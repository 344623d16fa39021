import type { NetworkStatus } from '#lib/domain/reasons.ts';
import type { Reachability, RelayView } from '#lib/core/woxly.ts';
import { Followed } from './followed.ts';

/** Whether people can reach this device, for screens. */
export class ReachabilityView extends Followed<Reachability> {
  get status(): NetworkStatus {
    return this.engine.status;
  }

  get relays(): readonly RelayView[] {
    return this.engine.relays;
  }

  retry = (): void => this.acting.retry();
}
