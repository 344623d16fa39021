import type { CallId, DeviceKey } from '#lib/domain/ids.ts';
import type { CallFrame } from '#lib/protocol/call-frame.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import { CALL_PROTOCOL } from '#lib/protocol/names.ts';
import { Reopening } from '../../reach/reopening.ts';
import type { Callee, ReopeningPorts } from '../../reach/reopening.ts';
import type { MicrophoneEffect, PathEffect, WayEffect } from '../effect.ts';
import type { MicrophoneEvent, PathEvent, WayEvent } from '../event.ts';
import { MicrophoneWork } from './microphone-work.ts';
import type { MicrophoneWorkPorts } from './microphone-work.ts';
import { PathWork } from './path-work.ts';
import type { PathWorkPorts } from './path-work.ts';

export interface CallWorkPorts extends PathWorkPorts, MicrophoneWorkPorts, ReopeningPorts {}

export interface CallWorkEvents {
  report(event: WayEvent | PathEvent | MicrophoneEvent): void;
  /** A frame that came over a path. `false` for what no honest peer sends. */
  onFrame(frame: CallFrame): Promise<boolean>;
  onChannel(channel: FrameChannel): void;
  /** A device of the person to which a channel is open already. */
  prepared(): DeviceKey | undefined;
  guarded(): boolean;
}

/**
 * Everything that is under way in the world for one call: the way to the person, the one microphone, and a path for
 * each leg. Closing it ends it all.
 */
export class CallWork {
  readonly reach: Reopening;
  readonly microphone: MicrophoneWork;
  readonly #ports: CallWorkPorts;
  readonly #events: CallWorkEvents;
  readonly #paths = new Map<CallId, PathWork>();

  constructor(ports: CallWorkPorts, who: Callee, events: CallWorkEvents) {
    this.#ports = ports;
    this.#events = events;
    this.reach = new Reopening(ports, who, CALL_PROTOCOL, {
      onFound: () => events.report({ from: 'way', type: 'found' }),
      onFailed: (reason) => events.report({ from: 'way', type: 'reach-failed', reason }),
      onChannel: (channel) => events.onChannel(channel),
      guarded: () => events.guarded(),
    });
    this.microphone = new MicrophoneWork(ports, {
      report: (event) => events.report(event),
      onChange: (microphone) => {
        for (const path of this.#paths.values()) path.useMicrophone(microphone);
      },
    });
  }

  /** The path of a leg, where there is one. */
  path(leg: CallId): PathWork | undefined {
    return this.#paths.get(leg);
  }

  run(effect: Exclude<WayEffect, { readonly do: 'send' }> | PathEffect | MicrophoneEffect): void {
    switch (effect.to) {
      case 'way':
        return this.#onWay(effect);
      case 'path':
        return this.#onPath(effect);
      case 'microphone':
        return this.microphone.run(effect);
    }
  }

  /** After a tap, where the browser wanted one before it plays. */
  replay(): void {
    for (const path of this.#paths.values()) path.replay();
  }

  /** The settings may have changed: if so, the call goes on with the chosen devices and as sparingly as chosen. */
  useSettings(): void {
    for (const path of this.#paths.values()) path.useSettings();
    this.microphone.useChosen();
  }

  close(): void {
    for (const path of this.#paths.values()) path.close();
    this.#paths.clear();
    this.microphone.close();
    this.reach.close();
  }

  #onWay(effect: Exclude<WayEffect, { readonly do: 'send' }>): void {
    switch (effect.do) {
      case 'reach':
        return this.#reach();
      case 'reopen':
        return void this.reach.reopen(effect.device);
      case 'stop-search':
        return this.reach.stopSearch();
    }
  }

  #reach(): void {
    this.reach.dialled();
    const device = this.#events.prepared();
    if (device === undefined) void this.reach.search();
    else this.#events.report({ from: 'way', type: 'channel-opened', device });
  }

  #onPath(effect: PathEffect): void {
    const { leg } = effect;
    const path = this.#paths.get(leg);
    if (effect.do === 'close-path') {
      this.#paths.delete(leg);
      path?.close();
    } else if (effect.do === 'open-path') {
      path?.close();
      const opened = new PathWork(this.#ports, () => this.microphone.current, {
        report: (event) => this.#events.report({ from: 'path', leg, ...event }),
        onFrame: (frame) => this.#events.onFrame(frame),
      });
      this.#paths.set(leg, opened);
      opened.open(effect);
    } else path?.run(effect);
  }
}
