import type { CallRecord } from '#lib/domain/call.ts';
import type { CallId, DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { OwnNetwork } from '#lib/domain/reasons.ts';
import type { CallFrame } from '#lib/protocol/call-frame.ts';
import type { Attention } from '#lib/ports/attention.ts';
import { Watchers } from '../../watchable.ts';
import { Channels } from '../../reach/channels.ts';
import { CALL_FRAMES } from '../ways/call-frames.ts';
import { Preparation } from '../../reach/preparation.ts';
import type { Callee } from '../../reach/reopening.ts';
import type { Effect } from '../effect.ts';
import type { CallEvent, Unstamped } from '../event.ts';
import { Intake, isGuarded, mayPrepare, NO_CALL } from '../ways/intake.ts';
import type { IntakePorts } from '../ways/intake.ts';
import { nextDeadline, step } from '../machine/machine.ts';
import { CallSigns } from './signs.ts';
import { isLinked } from '../machine/state.ts';
import type { Call } from '../machine/state.ts';
import type { CallView } from '../calls.ts';
import { inTime } from '../ways/ring-check.ts';
import { looseFrame } from '../leg/link.ts';
import { CALL_PROTOCOL } from '#lib/protocol/names.ts';
import type { PathWork } from './path-work.ts';
import { CallWork } from './work.ts';
import type { CallWorkPorts } from './work.ts';
import { FREE_LINE } from '../machine/line.ts';
import { findTombstone } from '../machine/tombstones.ts';
import { sameView, viewOf } from '../machine/view-of.ts';

/** The world as a running line needs it. */
export interface CallRunnerPorts extends CallWorkPorts, IntakePorts {
  readonly attention: Attention;
  /** Tells whose network is gone while a call is broken. */
  readonly ownNetwork: () => OwnNetwork;
  /** The path of a call broke: whoever keeps connections should see at once whether they are alive. */
  readonly onBroken: () => void;
  /** A call is over, or was missed: a line for the history. */
  readonly onEnded: (record: CallRecord) => void;
}

/** Runs the call machine: events in, effects out, one after the other. Every decision is the machine's. */
export class CallRunner {
  readonly preparation: Preparation;
  readonly channels: Channels<CallFrame>;
  readonly watchers = new Watchers();
  readonly #ports: CallRunnerPorts;
  readonly #signs: CallSigns;
  readonly #intake: Intake;
  #line = FREE_LINE;
  #view: CallView | undefined;
  #work: CallWork | undefined;
  #background = false;
  #events: CallEvent[] = [];
  #stepping = false;
  #stopped = false;
  #tickAt = Infinity;
  #stopTick: () => void = () => undefined;

  constructor(ports: CallRunnerPorts) {
    this.#ports = ports;
    this.#signs = new CallSigns(ports.attention, ports.log);
    this.#intake = new Intake(ports, {
      knows: (id, device) => this.#knows(id, device),
      onEvent: (event) => this.dispatch(event),
    });
    this.channels = new Channels(ports.clock, ports.log, CALL_FRAMES, {
      onFrame: (device, frame) => this.#intake.take(device, frame),
      onOpened: (device) => {
        if (this.#peerDevice === device) this.#channelOpened(device);
      },
      onOlder: (device) => {
        if (this.#peerDevice !== device) return;
        this.#work?.reach.lost();
        this.dispatch({ from: 'way', type: 'channel-opened', device });
      },
      onLost: (device) => this.dispatch({ from: 'way', type: 'channel-lost', device }),
      needed: (device) => this.#needs(device),
      known: (device) => this.#intake.knows(device),
    });
    this.preparation = new Preparation(ports, CALL_PROTOCOL, {
      may: (key) => mayPrepare(ports, key),
      onReady: () => ports.paths.prepare('all', ports.iceServers()),
      onChannel: (channel) => this.channels.takeOutbound(channel),
      has: (device) => this.channels.has(device),
      keep: (device) => this.channels.send(device, looseFrame(NO_CALL, { type: 'heartbeat' })),
    });
  }

  get call(): Call | undefined {
    return this.#line.call;
  }

  get view(): CallView | undefined {
    return this.#view;
  }

  /** What is under way for the call that is on the line. */
  get work(): CallWork | undefined {
    return this.#work;
  }

  /** The media path of the call that is on the line. */
  get path(): PathWork | undefined {
    const { call } = this.#line;
    return call && this.#work?.path(call.id);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Makes ready for the effects of a new call with this person. */
  begin(who: Callee): void {
    const work: CallWork = new CallWork(this.#ports, who, {
      onChannel: (channel) => {
        this.channels.takeOutbound(channel);
        // A call that is linked heard of it just now, as of any other channel.
        if (this.#work === work && this.#peerDevice === undefined) {
          this.#channelOpened(channel.device);
        }
      },
      prepared: () => this.preparation.take(who.key),
      onFrame: async (frame) => this.#work !== work || this.#takeFromPath(frame),
      report: (event) => {
        if (this.#work === work) this.dispatch(event);
      },
      guarded: () => isStrange(this.#line.call) || isGuarded(this.#ports, who.key),
    });
    this.#work = work;
  }

  /** Events that effects cause at once wait until the step is done. */
  dispatch(event: Unstamped<CallEvent>): void {
    if (this.#stopped) return;
    this.#events.push({ ...event, now: this.#ports.clock.now() });
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (let next = this.#events.shift(); next; next = this.#events.shift()) this.#step(next);
    } finally {
      this.#stepping = false;
    }
    this.#schedule();
    this.show();
  }

  /** The page went into the background, or came back. It holds for calls to come, too. */
  setBackground(background: boolean): void {
    this.#background = background;
    this.dispatch({ from: 'person', type: 'background', background });
  }

  /** Shows what has changed, if anything has. */
  show(): void {
    const { call } = this.#line;
    const { clock, ownNetwork } = this.#ports;
    const view = call && viewOf(call, { now: clock.now(), ownNetwork: ownNetwork() });
    if (sameView(view, this.#view)) return;
    this.#view = view;
    this.watchers.changed();
  }

  stop(): void {
    this.#stopped = true;
    this.#stopTick();
    this.preparation.stop();
    this.channels.closeAll();
  }

  get #peerDevice(): DeviceKey | undefined {
    const { call } = this.#line;
    return call && isLinked(call) ? call.leg.link.device : undefined;
  }

  #needs(device: DeviceKey): boolean {
    const { call } = this.#line;
    // Until the microphone is open nothing is sent over a channel that is ready.
    const reached = call?.stage === 'reaching' && call.device === device;
    return this.#peerDevice === device || reached || this.preparation.needs(device);
  }

  /** Over the path of a call only that call is spoken of. */
  async #takeFromPath(frame: CallFrame): Promise<boolean> {
    const device = this.#peerDevice;
    if (device === undefined || this.#line.call?.id !== frame.callId) return true;
    return this.#intake.take(device, frame, 'path');
  }

  #channelOpened(device: DeviceKey): void {
    this.#work?.reach.opened();
    this.dispatch({ from: 'way', type: 'channel-opened', device });
  }

  /** Calls that are on the line or over ring again without counting as another one. */
  #knows(id: CallId, device: DeviceKey): boolean {
    const { call, tombstones } = this.#line;
    return call?.id === id || !!findTombstone(tombstones, id, device, this.#ports.clock.now());
  }

  #step(event: CallEvent): void {
    const before = this.#line.call;
    const [line, effects] = step(this.#line, event);
    this.#line = line;
    // A call that begins with a RING has no work yet to run its effects.
    if (event.type === 'ring' && isOver(before) && !isOver(line.call)) {
      this.begin({ key: event.peer.key, hints: { devices: [event.device], relays: [] } });
    }
    // Before the work, of which there may be much.
    this.show();
    for (const effect of effects) this.#run(effect);
    if (before?.stage !== line.call?.stage) this.#tell(before, line.call);
    if (isOver(before) && !isOver(line.call) && this.#background) {
      this.dispatch({ from: 'person', type: 'background', background: true });
    }
  }

  #tell(before: Call | undefined, after: Call | undefined): void {
    this.#signs.show(before, after);
    if (after === undefined) return;
    const { stage, direction } = after;
    const reason = stage === 'ended' && { reason: after.reason };
    this.#ports.log.info('call', { stage, direction, ...reason });
    if (stage === 'reconnecting') this.#ports.onBroken();
  }

  #run(effect: Effect): void {
    switch (effect.to) {
      case 'way':
        return effect.do === 'send' ? this.#send(effect) : this.#work?.run(effect);
      case 'path':
      case 'microphone':
        return this.#work?.run(effect);
      case 'history':
        return this.#ports.onEnded(effect.record);
      case 'line':
        return effect.do === 'ring-now' ? this.dispatch(effect.ring) : this.#finish();
    }
  }

  #finish(): void {
    this.#work?.close();
    this.#work = undefined;
  }

  #send({ device, frame, newest }: Extract<Effect, { readonly do: 'send' }>): void {
    const { body } = frame;
    const ring = body.type === 'ring' && inTime(body, this.#ports.clockOffset());
    this.channels.send(device, ring ? { ...frame, body: ring } : frame, newest);
    if (newest) return;
    const { call } = this.#line;
    // The call may have ended in this very step: its path is still there to say so.
    const own = call?.stage === 'ended' ? call.farewell?.device : this.#peerDevice;
    if (own === device) this.#work?.path(frame.callId)?.sendFrame(frame);
  }

  #schedule(): void {
    const at = this.#stopped ? Infinity : nextDeadline(this.#line);
    if (at === this.#tickAt) return;
    this.#stopTick();
    this.#tickAt = at;
    if (at === Infinity) return;
    this.#stopTick = this.#ports.clock.after(Math.max(0, at - this.#ports.clock.now()), () => {
      this.#tickAt = Infinity;
      this.dispatch({ from: 'clock', type: 'tick', ownNetwork: this.#ports.ownNetwork() });
    });
  }
}

export const isOver = (call: Call | undefined): boolean =>
  call === undefined || call.stage === 'ended';

/** Whether it is with a stranger, or somebody who goes by a contact's key on a device that is not taken for theirs. */
const isStrange = (call: Call | undefined): boolean => call?.peer.trust === 'stranger';

/** Whose call it is that is on the line. */
export const peerOfLine = (call: Call | undefined): IdentityKey | undefined =>
  isOver(call) ? undefined : call?.peer.key;
