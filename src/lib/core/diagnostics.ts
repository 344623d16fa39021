import type { CallStage } from '#lib/domain/call.ts';
import type { CallId } from '#lib/domain/ids.ts';
import type { Scope } from '#lib/domain/scope.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Calls } from './call/calls.ts';
import type { Reachability } from './relays/reachability.ts';

/** Calls whose steps are kept. */
const CALLS_MAX = 10;

interface CallSteps {
  readonly id: CallId;
  readonly direction: string;
  outcome: string;
  /** ms from the start of the call to the first time of each stage. */
  readonly steps: Partial<Record<CallStage | 'incoming', number>>;
}

export interface DiagnosticsPorts {
  readonly clock: Clock;
  readonly calls: Calls;
  readonly reachability: Reachability;
  readonly version: string;
  /** The browser and system, as the browser tells them. */
  readonly platform: string;
  readonly scope: Scope;
}

/** Follows calls and says, for support, how they went: no secrets, names, addresses or whole keys. */
export function createDiagnostics(ports: DiagnosticsPorts): { read(): string } {
  const { clock, calls, reachability, version, platform, scope } = ports;
  const followed: CallSteps[] = [];

  const follow = (): void => {
    const call = calls.current;
    if (call === undefined) return;
    let kept = followed.find(({ id }) => id === call.id);
    if (kept === undefined) {
      kept = { id: call.id, direction: call.direction, outcome: 'live', steps: {} };
      followed.unshift(kept);
      followed.length = Math.min(followed.length, CALLS_MAX);
    }
    kept.steps[call.stage] ??= Math.max(0, clock.now() - call.started);
    if (call.stage === 'ended') kept.outcome = call.reason;
  };
  scope.add(calls.watch(follow));

  return {
    read: () =>
      JSON.stringify(
        {
          version,
          platform,
          network: reachability.status,
          relays: reachability.relays.map(({ address, state, origin }) => ({
            relay: address.slice(-6),
            state,
            origin,
          })),
          reservations: reachability.relays.filter(({ state }) => state === 'reachable').length,
          calls: followed.map(({ direction, outcome, steps }) => ({
            direction,
            outcome,
            stepsMs: steps,
          })),
        },
        null,
        2,
      ),
  };
}
