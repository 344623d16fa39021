import type { DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { Effect } from '#lib/core/call/machine/effect.ts';
import type { CallEvent, Unstamped } from '#lib/core/call/machine/event.ts';
import { nextDeadline, step } from '#lib/core/call/machine/machine.ts';
import { isLinked } from '#lib/core/call/machine/state.ts';
import type { Call } from '#lib/core/call/machine/state.ts';
import { FREE_LINE } from '#lib/core/call/machine/line.ts';
import type { Via } from '#lib/core/call/machine/link.ts';
import type { CallFrame } from '#lib/protocol/call-frame.ts';
import { SimulatedLedger } from './simulated-ledger.ts';
import type { SimulatedPath } from './simulated-media.ts';
import type { CallingDevice, SimulatedDevice, Surroundings } from './simulated-surroundings.ts';
import { SimulatedWork } from './simulated-work.ts';

/** One device that runs the machine as the engine does, and checks at every step what must never happen. */
export class SimulatedPeer implements CallingDevice {
  readonly key: IdentityKey;
  readonly device: DeviceKey;
  alive = true;
  line = FREE_LINE;
  readonly ledger = new SimulatedLedger((what) => this.fail(what));
  readonly #around: Surroundings;
  #work: SimulatedWork | undefined;
  #ticking = 0;

  constructor(name: string, around: Surroundings) {
    this.key = `identity ${name}` as IdentityKey;
    this.device = `device ${name}` as DeviceKey;
    this.#around = around;
  }

  get call(): Call | undefined {
    return this.line.call;
  }

  get linkedDevice(): DeviceKey | undefined {
    const { call } = this.line;
    return call && isLinked(call) ? call.link.device : undefined;
  }

  /** The page dies without a word. */
  crash(): void {
    this.alive = false;
    this.#ticking += 1;
    this.#closeWork();
    this.line = FREE_LINE;
    this.ledger.forget();
  }

  press(key: IdentityKey): void {
    const about = this.#around.circumstances(this, key);
    if (!this.alive || about.peer.trust === 'blocked') return;
    const { call } = this.line;
    if (call === undefined || call.stage === 'ended') this.#begin(true);
    else if (call.stage === 'incoming' && call.peer.key === key && this.#work) {
      this.#work.consent.pressed = true;
    }
    const id = this.#around.newCallId();
    const callee = new Uint8Array(32);
    const patient = this.#around.random.chance(0.2);
    const microphoneGranted = this.#around.random.chance(0.5);
    const self = { id, callee, name: this.key, supported: true, patient, microphoneGranted };
    this.dispatch({ type: 'call', ...self, ...about });
  }

  /** A frame arrives, checked and verified as the intake does. */
  take(from: SimulatedDevice, frame: CallFrame, via: Via = 'channel'): void {
    if (!this.alive) return;
    const { body } = frame;
    const { device } = from;
    const id = frame.callId;
    if (body.type !== 'ring') {
      return this.dispatch({
        type: 'frame',
        id,
        device,
        frame,
        via,
        from: from.key,
        isKnown: true,
      });
    }
    const about = this.#around.circumstances(this, from.key);
    const rules = { isForUs: true, strangersMayRing: true, supported: true };
    this.dispatch({ type: 'ring', id, device, frame, body, ...rules, ...about });
  }

  dispatch(event: Unstamped<CallEvent>): void {
    if (!this.alive) return;
    const before = this.line.call;
    const [line, effects] = step(this.line, { ...event, now: this.#around.time.now });
    this.line = line;
    const { call } = line;
    // Only a RING that begins a call brings work with it.
    const wasOver = before === undefined || before.stage === 'ended';
    if (event.type === 'ring' && wasOver && call && call.stage !== 'ended') this.#begin(false);
    this.#work?.consent.follow(event, before, call);
    this.ledger.see(before, call);
    for (const effect of effects) this.#run(effect, call ?? before);
    this.#schedule();
  }

  #begin(pressed: boolean): void {
    if (this.#work) this.fail('a second call begins');
    this.#work = new SimulatedWork(this, this.#around, pressed);
  }

  #closeWork(): void {
    this.#work?.close();
    this.#work = undefined;
  }

  #schedule(): void {
    const token = ++this.#ticking;
    const at = nextDeadline(this.line);
    const { time } = this.#around;
    if (at === Infinity) return;
    if (Number.isNaN(at)) this.fail('a deadline that is no time');
    time.after(at - time.now, () => {
      if (token === this.#ticking) this.dispatch({ type: 'tick', ownNetwork: 'up' });
    });
  }

  #run(effect: Effect, call: Call | undefined): void {
    if (effect.do === 'send') this.#send(effect.device, effect.frame, call);
    else if (effect.do === 'record') this.ledger.record(effect.record);
    else if (effect.do === 'ring-now') this.dispatch(effect.ring);
    else if (effect.do === 'finish') this.#closeWork();
    else if (this.#work && call) this.#work.run(effect, call);
    else this.fail(`${effect.do} without a call`);
  }

  #send(to: DeviceKey, frame: CallFrame, call: Call | undefined): void {
    const { type } = frame.body;
    const own = call && call.id === frame.callId;
    const shows = type === 'candidate' || type === 'answer';
    if (own && shows && !this.mayShow(call) && !this.#work?.consent.accepted) {
      this.fail(`${type} before Accept`);
    }
    this.#around.send(this, to, frame);
    // Over its own path, only the call itself speaks.
    if (own && this.#work?.path) this.#around.sendOverPath(this, to, frame, this.#work.path);
  }

  /** Whether this is the path of the call that goes on here. */
  uses(path: SimulatedPath): boolean {
    return this.alive && this.#work?.path === path;
  }

  mayShow(call: Call): boolean {
    const { peer, hidden } = this.#around.circumstances(this, call.peer.key);
    return peer.trust === 'contact' && !hidden;
  }

  fail(what: string): never {
    throw new Error(`${this.key}: ${what}`);
  }
}
