import type { ReachHints } from '#lib/domain/contact.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import type { Effect } from './call-effect.ts';
import type { Media, Signal, Sound } from './call-event.ts';
import { CallMedia } from './call-media.ts';
import type { CallMediaPorts } from './call-media.ts';
import { CallReach } from './call-reach.ts';
import type { CallReachPorts, Whereabouts } from './call-reach.ts';

export interface CallWorkPorts extends CallMediaPorts, CallReachPorts {}

export interface CallWorkEvents {
  onChannel(channel: FrameChannel): void;
  report(event: Media | Sound | Signal): void;
  guarded(): boolean;
}

/** Everything that is under way in the world for one call. Closing it ends it all. */
export class CallWork {
  readonly media: CallMedia;
  readonly reach: CallReach;

  constructor(ports: CallWorkPorts, who: Whereabouts, events: CallWorkEvents) {
    this.media = new CallMedia(ports, (event) => events.report(event));
    this.reach = new CallReach(ports, who, events);
  }

  run(effect: Exclude<Effect, { readonly do: 'send' | 'record' | 'finish' }>): void {
    switch (effect.do) {
      case 'reach':
        return void this.reach.search();
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
      case 'set-muted':
      case 'send-sound':
      case 'play':
        return this.media.run(effect);
    }
  }

  close(): void {
    this.media.close();
    this.reach.close();
  }
}

/** What an invite says and what is remembered, without repeats. */
export function mergeHints(given: ReachHints, known?: ReachHints): ReachHints {
  return {
    devices: [...new Set([...given.devices, ...(known?.devices ?? [])])],
    relays: [...new Set([...given.relays, ...(known?.relays ?? [])])],
  };
}
