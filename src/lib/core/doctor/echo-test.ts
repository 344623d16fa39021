import type { MicrophoneProblem } from '#lib/domain/reasons.ts';
import type { Watchable } from '../watchable.ts';

/** One's own voice through TURN and back. */
export interface EchoTest extends Watchable {
  readonly view:
    | { readonly state: 'idle' }
    | { readonly state: 'starting' }
    | {
        readonly state: 'running';
        readonly via: string;
        readonly delayMs?: number;
        /** Whether any of the own voice has come back. */
        readonly heard: boolean;
      }
    | {
        readonly state: 'failed';
        readonly why: MicrophoneProblem | 'unsupported' | 'no-turn' | 'no-path';
      };
  /** Loudness of what goes out and what comes back, 0 to 1, read at every frame drawn. */
  levels(): { readonly own: number; readonly back: number };
  start(): Promise<void>;
  stop(): void;
}
