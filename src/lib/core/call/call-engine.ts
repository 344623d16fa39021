import { toHex } from '#lib/domain/bytes.ts';
import type { CallQuality, CallRecord } from '#lib/domain/call.ts';
import type { CallId, DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import { cleanName } from '#lib/domain/name.ts';
import type { LinkProblem } from '#lib/domain/reasons.ts';
import { fail, ok } from '#lib/domain/result.ts';
import type { Result } from '#lib/domain/result.ts';
import { CALL_ID_BYTES } from '#lib/protocol/limits.ts';
import type { Signed } from '#lib/protocol/signed.ts';
import type { Attention } from '#lib/ports/attention.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import { Watchers } from '../watchable.ts';
import type { Calls, Invited } from '../woxly.ts';
import { CallChannels } from './call-channels.ts';
import type { Effect } from './call-effect.ts';
import type { CallEvent, Unstamped } from './call-event.ts';
import { CallIntake, circumstancesOf, isGuarded } from './call-intake.ts';
import type { CallIntakePorts } from './call-intake.ts';
import { nextDeadline, step } from './call-machine.ts';
import { CallSigns } from './call-signs.ts';
import { isLinked } from './call-state.ts';
import type { Call } from './call-state.ts';
import type { CallView } from './call-view.ts';
import { CallWork, mergeHints } from './call-work.ts';
import type { CallWorkPorts } from './call-work.ts';
import type { Whereabouts } from './call-reach.ts';
import { FREE_LINE } from './line.ts';
import { findTombstone } from './tombstones.ts';
import { sameView, viewOf } from './view.ts';

/** The world as calls need it. */
export interface CallsPorts extends CallWorkPorts, CallIntakePorts {
  readonly attention: Attention;
  /** Who this device is; asked whenever a call begins. */
  readonly self: () => {
    readonly key: IdentityKey;
    readonly name: string;
    readonly certificate: Signed;
  };
  /** A call is over, or was missed: a line for the history. */
  readonly onEnded: (record: CallRecord) => void;
}

export interface CallEngine extends Calls {
  /** Takes a channel of `CALL_PROTOCOL` that a peer opened. */
  readonly take: (channel: FrameChannel) => void;
  /** This device has another network than before, or one again. */
  networkChanged(): void;
  /** Another microphone or speaker was chosen in the settings: a live call goes on with it. */
  devicesChosen(): void;
  /** The contacts changed: a call with somebody who is blocked now ends. */
  contactsChanged(): void;
  /** Ends the live call, telling the peer at once, and closes every channel. Nothing happens afterwards. */
  stop(): void;
}

export function createCalls(ports: CallsPorts): CallEngine {
  return new RunningCalls(ports);
}

/** Runs the call machine: events in, effects out, one after the other. Every decision is the machine's. */
class RunningCalls implements CallEngine {
  readonly #ports: CallsPorts;
  readonly #watchers = new Watchers();
  readonly #signs: CallSigns;
  readonly #channels: CallChannels;
  readonly #intake: CallIntake;
  #line = FREE_LINE;
  #view: CallView | undefined;
  #work: CallWork | undefined;
  #events: CallEvent[] = [];
  #stepping = false;
  #stopped = false;
  #tickAt = Infinity;
  #stopTick: () => void = () => undefined;

  constructor(ports: CallsPorts) {
    this.#ports = ports;
    this.#signs = new CallSigns(ports.attention, ports.log);
    this.#intake = new CallIntake(ports, {
      knows: (id, device) => this.#knows(id, device),
      onEvent: (event) => this.#dispatch(event),
    });
    this.#channels = new CallChannels(ports.clock, ports.log, {
      onFrame: (device, frame) => this.#intake.take(device, frame),
      onOpened: (device) => {
        if (this.#peerDevice === device) this.#channelOpened(device);
      },
      onLost: (device) => this.#dispatch({ type: 'channel-lost', device }),
      needed: (device) => this.#needs(device),
    });
  }

  get current(): CallView | undefined {
    return this.#view;
  }

  watch(onChange: () => void): () => void {
    return this.#watchers.watch(onChange);
  }

  call(who: Invited): Promise<Result<CallId, LinkProblem>> {
    const self = this.#ports.self();
    const { call } = this.#line;
    if (who.key === self.key) return Promise.resolve(fail('own-key'));
    const about = circumstancesOf(this.#ports, who.key, who.name);
    if (about.peer.trust === 'blocked') return Promise.resolve(fail('blocked'));
    const id = toHex(this.#ports.random.bytes(CALL_ID_BYTES)) as CallId;
    const { certificate, name } = self;
    const { supported } = this.#ports.paths;
    if (isOver(call)) {
      const known = this.#ports.contacts.get(who.key)?.hints;
      this.#begin({ key: who.key, hints: mergeHints(who, known) });
    }
    this.#dispatch({ type: 'call', id, certificate, name, supported, ...about });
    return Promise.resolve(ok(this.#line.call?.id ?? id));
  }

  accept(): void {
    this.#dispatch({ type: 'accept' });
  }

  decline(note?: string): void {
    const written = cleanName(note ?? '');
    this.#dispatch({ type: 'decline', ...(written !== '' && { note: written }) });
  }

  hangUp(): void {
    this.#dispatch({ type: 'hang-up' });
  }

  setMuted(muted: boolean): void {
    this.#dispatch({ type: 'mute', muted });
  }

  resumeSound(): void {
    this.#work?.media.replay();
    this.#dispatch({ type: 'play-blocked', blocked: false });
  }

  reopenMicrophone(): void {
    this.#dispatch({ type: 'reopen-microphone' });
  }

  dismiss(): void {
    this.#dispatch({ type: 'dismiss' });
  }

  async quality(): Promise<CallQuality | undefined> {
    try {
      return await this.#work?.media.quality();
    } catch {
      return undefined; // The path was closed meanwhile.
    }
  }

  levels(): { readonly own: number; readonly peer: number } {
    return this.#work?.media.levels() ?? { own: 0, peer: 0 };
  }

  /** A property, so that it can be handed on by itself. */
  readonly take = (channel: FrameChannel): void => {
    if (this.#stopped) channel.close();
    else this.#channels.takeInbound(channel);
  };

  networkChanged(): void {
    this.#dispatch({ type: 'network-changed' });
  }

  devicesChosen(): void {
    this.#work?.media.useChosenDevices();
  }

  contactsChanged(): void {
    const key = this.#line.call?.peer.key;
    if (key && this.#ports.contacts.get(key)?.trust === 'blocked')
      this.#dispatch({ type: 'block' });
  }

  stop(): void {
    this.#dispatch({ type: 'leave' });
    this.#stopped = true;
    this.#stopTick();
    this.#channels.closeAll();
  }

  get #peerDevice(): DeviceKey | undefined {
    const { call } = this.#line;
    return call && isLinked(call) ? call.link.device : undefined;
  }

  #needs(device: DeviceKey): boolean {
    const { call } = this.#line;
    // Until the microphone is open nothing is sent over a channel that is ready.
    return this.#peerDevice === device || (call?.stage === 'reaching' && call.device === device);
  }

  /** Makes ready for the effects of a new call with this person. */
  #begin(who: Whereabouts): void {
    const work: CallWork = new CallWork(this.#ports, who, {
      onChannel: (channel) => {
        this.#channels.takeOutbound(channel);
        // A call that is linked heard of it just now, as of any other channel.
        if (this.#work === work && this.#peerDevice === undefined) {
          this.#channelOpened(channel.device);
        }
      },
      report: (event) => {
        if (this.#work === work) this.#dispatch(event);
      },
      guarded: () => isGuarded(this.#ports, who.key),
    });
    this.#work = work;
  }

  #channelOpened(device: DeviceKey): void {
    this.#work?.reach.opened();
    this.#dispatch({ type: 'channel-opened', device });
  }

  /** Calls that are on the line or over ring again without counting as another one. */
  #knows(id: CallId, device: DeviceKey): boolean {
    const { call, tombstones } = this.#line;
    return call?.id === id || !!findTombstone(tombstones, id, device, this.#ports.clock.now());
  }

  /** Events that effects cause at once wait until the step is done. */
  #dispatch(event: Unstamped<CallEvent>): void {
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
    this.#show();
  }

  #step(event: CallEvent): void {
    const before = this.#line.call;
    const [line, effects] = step(this.#line, event);
    this.#line = line;
    // A call that begins with a RING has no work yet to run its effects.
    if (event.type === 'ring' && isOver(before) && !isOver(line.call)) {
      this.#begin({ key: event.peer.key, hints: { devices: [event.device], relays: [] } });
    }
    for (const effect of effects) this.#run(effect);
    if (before?.stage !== line.call?.stage) this.#tell(before, line.call);
  }

  #tell(before: Call | undefined, after: Call | undefined): void {
    this.#signs.show(before, after);
    if (after === undefined) return;
    const { stage, direction } = after;
    const reason = stage === 'ended' && { reason: after.reason };
    this.#ports.log.info('call', { stage, direction, ...reason });
  }

  #run(effect: Effect): void {
    if (effect.do === 'send') this.#channels.send(effect.device, effect.frame);
    else if (effect.do === 'record') this.#ports.onEnded(effect.record);
    else if (effect.do !== 'finish') this.#work?.run(effect);
    else {
      this.#work?.close();
      this.#work = undefined;
    }
  }

  #schedule(): void {
    const at = this.#stopped ? Infinity : nextDeadline(this.#line);
    if (at === this.#tickAt) return;
    this.#stopTick();
    this.#tickAt = at;
    if (at === Infinity) return;
    this.#stopTick = this.#ports.clock.after(Math.max(0, at - this.#ports.clock.now()), () => {
      this.#tickAt = Infinity;
      this.#dispatch({ type: 'tick' });
    });
  }

  #show(): void {
    const { call } = this.#line;
    const view = call && viewOf(call);
    if (sameView(view, this.#view)) return;
    this.#view = view;
    this.#watchers.changed();
  }
}

const isOver = (call: Call | undefined): boolean => call === undefined || call.stage === 'ended';
