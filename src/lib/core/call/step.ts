import type { DeviceKey, Milliseconds } from '#lib/domain/ids.ts';
import type { CallFrame } from '#lib/protocol/call-frame.ts';
import type { Effect } from './effect.ts';

/** One step of the machine under way: the time of its event, and the effects so far. Verbs add to them. */
export interface Step {
  readonly now: Milliseconds;
  readonly effects: Effect[];
}

export function send(
  step: Step,
  { device }: { readonly device: DeviceKey },
  frames: readonly CallFrame[],
): void {
  for (const frame of frames) step.effects.push({ to: 'way', do: 'send', device, frame });
}
