import type { DeviceKey } from '#lib/domain/ids.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import type { Effect } from '../machine/effect.ts';
import { PathWork } from './path-work.ts';
import type { PathWorkEvents, PathWorkPorts } from './path-work.ts';
import { Reopening } from '../ways/reopening.ts';
import type { ReopeningPorts, Callee } from '../ways/reopening.ts';

export interface CallWorkPorts extends PathWorkPorts, ReopeningPorts {}

export interface CallWorkEvents extends PathWorkEvents {
  onChannel(channel: FrameChannel): void;
  /** A device of the person to which a channel is open already. */
  prepared(): DeviceKey | undefined;
  guarded(): boolean;
}

/** Everything that is under way in the world for one call. Closing it ends it all. */
export class CallWork {
  readonly media: PathWork;
  readonly reach: Reopening;
  readonly #events: CallWorkEvents;

  constructor(ports: CallWorkPorts, who: Callee, events: CallWorkEvents) {
    this.#events = events;
    this.media = new PathWork(ports, events);
    this.reach = new Reopening(ports, who, events);
  }

  run(effect: Exclude<Effect, { readonly do: 'send' | 'record' | 'ring-now' | 'finish' }>): void {
    switch (effect.do) {
      case 'reach':
        return this.#reach();
      case 'reopen':
        return void this.reach.reopen(effect.device);
      case 'continue-as':
        return this.reach.stopSearch();
      case 'open-path':
      case 'close-path':
      case 'make-offer':
      case 'make-answer':
      case 'take-answer':
      case 'make-restart':
      case 'add-candidate':
      case 'open-microphone':
      case 'renew-microphone':
      case 'set-muted':
      case 'expect':
      case 'send-sound':
      case 'play':
        return this.media.run(effect);
    }
  }

  #reach(): void {
    this.reach.dialled();
    const device = this.#events.prepared();
    if (device === undefined) void this.reach.search();
    else this.#events.report({ type: 'channel-opened', device });
  }

  close(): void {
    this.media.close();
    this.reach.close();
  }
}
