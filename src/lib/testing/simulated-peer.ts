import type { CallId, DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import { toHex } from '#lib/domain/bytes.ts';
import type { Effect } from '#lib/core/call/call-effect.ts';
import type { CallEvent, Unstamped } from '#lib/core/call/call-event.ts';
import { nextDeadline, step } from '#lib/core/call/call-machine.ts';
import { isAccepted, isLinked } from '#lib/core/call/call-state.ts';
import type { Call } from '#lib/core/call/call-state.ts';
import { FREE_LINE } from '#lib/core/call/line.ts';
import type { Via } from '#lib/core/call/reliable.ts';
import type { CallFrame } from '#lib/protocol/call-frame.ts';
import { SimulatedLedger } from './simulated-ledger.ts';
import { RESTART_FAILS } from './simulated-media.ts';
import type { SimulatedPath } from './simulated-media.ts';
import type { SimulatedDevice, Surroundings } from './simulated-surroundings.ts';
import type { SimulatedWork } from './simulated-work.ts';

/** One device that runs the machine as the engine does, and checks at every step what must never happen. */
export class SimulatedPeer implements SimulatedDevice {
  readonly key: IdentityKey;
  readonly device: DeviceKey;
  alive = true;
  line = FREE_LINE;
  readonly ledger = new SimulatedLedger((what) => this.#fail(what));
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
      this.#work.pressed = true;
    }
    const id = this.#around.newCallId();
    const certificate = { payload: new Uint8Array(), signature: new Uint8Array() };
    const patient = this.#around.random.chance(0.2);
    const microphoneGranted = this.#around.random.chance(0.5);
    const self = { id, certificate, name: this.key, supported: true, patient, microphoneGranted };
    this.dispatch({ type: 'call', ...self, ...about });
  }

  /** A frame arrives, checked and verified as the intake does. */
  take(from: SimulatedDevice, frame: CallFrame, via: Via = 'channel'): void {
    if (!this.alive) return;
    const { body } = frame;
    const { device } = from;
    const id = toHex(frame.callId) as CallId;
    if (body.type !== 'ring') return this.dispatch({ type: 'frame', id, device, frame, via });
    const about = this.#around.circumstances(this, from.key);
    const rules = { strangersMayRing: true, supported: true };
    this.dispatch({ type: 'ring', id, device, frame, body, ...rules, ...about });
  }

  dispatch(event: Unstamped<CallEvent>): void {
    if (!this.alive) return;
    const before = this.line.call;
    const [line, effects] = step(this.line, { ...event, now: this.#around.time.now });
    this.line = line;
    const { call } = line;
    if (event.type === 'accept' && before?.stage === 'incoming' && this.#work) {
      this.#work.pressed = true;
    }
    // Only a RING that begins a call brings work with it.
    const wasOver = before === undefined || before.stage === 'ended';
    if (event.type === 'ring' && wasOver && call && call.stage !== 'ended') {
      this.#begin(false);
    }
    if (event.type === 'frame' && event.frame.body.type === 'accept' && this.#work) {
      this.#work.accepted ||= before?.id === event.id;
    }
    // ACCEPT is said, or waits for a channel.
    const asked = before?.stage === 'incoming' || before?.stage === 'answering';
    if (asked && this.#work) {
      this.#work.accepted ||= call !== undefined && isAccepted(call);
    }
    this.ledger.see(before, call);
    for (const effect of effects) this.#run(effect, call ?? before);
    this.#schedule();
  }

  #begin(pressed: boolean): void {
    if (this.#work) this.#fail('a second call begins');
    this.#work = { path: undefined, pressed, accepted: false, reopening: false };
  }

  #closeWork(): void {
    if (this.#work?.path) this.#around.media.close(this.#work.path);
    this.#work = undefined;
  }

  #schedule(): void {
    const token = ++this.#ticking;
    const at = nextDeadline(this.line);
    const { time } = this.#around;
    if (at === Infinity) return;
    if (Number.isNaN(at)) this.#fail('a deadline that is no time');
    time.after(at - time.now, () => {
      if (token === this.#ticking) this.dispatch({ type: 'tick' });
    });
  }

  /** After a delay, unless the call is over by then. */
  #later(least: number, most: number, run: () => void): void {
    const work = this.#work;
    this.#around.time.after(this.#around.random.between(least, most), () => {
      if (this.#work === work && work) run();
    });
  }

  #onPath(least: number, most: number, run: (path: SimulatedPath) => void): void {
    const path = this.#work?.path;
    this.#later(least, most, () => {
      if (path && this.#work?.path === path) run(path);
    });
  }

  #run(effect: Effect, call: Call | undefined): void {
    const work = this.#work;
    const { media, random } = this.#around;
    switch (effect.do) {
      case 'send':
        return this.#send(effect.device, effect.frame, call);
      case 'record':
        return this.ledger.record(effect.record);
      case 'finish':
        return this.#closeWork();
      case 'reach':
        return this.#search(call);
      case 'reopen':
        if (!work?.pressed) this.#fail('a channel opened before Accept');
        return this.#reopen(effect.device);
      case 'open-path': {
        if (!work || !call) return this.#fail('a path without a call');
        if (!work.pressed && !this.#mayShow(call)) this.#fail('a path before Accept');
        work.path = media.open((state) => {
          this.#onPath(0, 1, () => {
            this.dispatch({ type: 'path-state', state });
            if (state === 'connected') this.dispatch({ type: 'path-frames', open: true });
          });
        });
        return;
      }
      case 'close-path':
        if (work?.path) media.close(work.path);
        if (work) work.path = undefined;
        return;
      case 'make-offer':
        return this.#describe((offer) => this.dispatch({ type: 'offer-made', offer }));
      case 'make-restart':
        return this.#onPath(1, random.chance(0.2) ? 1_500 : 20, (path) => {
          if (path.answering > 0 || random.chance(RESTART_FAILS)) {
            return this.dispatch({ type: 'path-error', at: 'restart' });
          }
          this.#describe((offer) => this.dispatch({ type: 'restart-made', offer }));
        });
      case 'make-answer':
        return this.#makeAnswer(effect.offer, effect.round);
      case 'take-answer': {
        if (!work?.accepted && call && !this.#mayShow(call)) this.#fail('ICE before ACCEPT');
        return this.#onPath(1, 20, (path) => {
          const [description = '', offer] = effect.answer.split('>');
          if (offer !== `${path.id}:${path.generation}`) {
            return this.dispatch({ type: 'path-error', at: 'take-answer' });
          }
          path.remote = description;
          path.reachable = false;
          this.dispatch({ type: 'answer-taken' });
          media.connectIfMatched(path);
        });
      }
      case 'add-candidate': {
        const path = work?.path;
        if (!path) return;
        if (path.remote === '') this.#fail('a candidate before its description');
        // One of an older description leads nowhere.
        path.reachable ||= effect.candidate.candidate.endsWith(` ${path.remote}`);
        return media.connectIfMatched(path);
      }
      case 'open-microphone':
        if (!work?.pressed) this.#fail('a microphone before Accept');
        return this.#later(1, random.chance(0.1) ? 20_000 : 300, () => {
          if (random.chance(this.#around.microphoneFails)) {
            const problem = random.pick(['refused', 'missing', 'failed'] as const);
            return this.dispatch({ type: 'microphone-error', problem });
          }
          this.dispatch({ type: 'microphone-opened' });
        });
      case 'send-sound':
      case 'play':
        if (!work?.accepted) this.#fail(`${effect.do} before ACCEPT`);
        return;
      case 'renew-microphone':
        if (!work?.pressed) this.#fail('a microphone before Accept');
        return this.#later(1, 300, () => this.dispatch({ type: 'microphone-opened' }));
      case 'continue-as':
      case 'set-muted':
      case 'expect':
        return;
    }
  }

  #makeAnswer(offer: string, round: number | undefined): void {
    if (!this.#work?.path) return;
    const alone = ++this.#work.path.answering === 1;
    this.#work.path.asked = offer;
    this.#onPath(1, this.#around.random.chance(0.2) ? 1_500 : 30, (path) => {
      path.remote = offer;
      path.reachable = false;
      this.#describe((own) => {
        path.answering -= 1;
        const sent = this.#sent;
        // An answer names the offer it answers, so that the other side can refuse the wrong one.
        const made = { type: 'answer-made', answer: `${own}>${offer}` } as const;
        this.dispatch({ ...made, ...(round !== undefined && { round }) });
        // Whatever else failed meanwhile, the peer waits for it, unless it has made another offer.
        const last = path.asked === offer;
        const live = ['connecting', 'connected', 'reconnecting'].includes(this.call?.stage ?? '');
        if (alone && last && live && this.#sent === sent) this.#fail('an answer that nobody hears');
      });
    });
  }

  get #sent(): number {
    const { call } = this.line;
    return call && isLinked(call) ? call.link.sent : 0;
  }

  /** A new description of the path. Its candidates may well be there before it is handed over. */
  #describe(made: (description: string) => void): void {
    this.#onPath(1, 20, (path) => {
      const description = this.#around.media.describe(path);
      this.#onPath(0, 20, () => made(description));
      for (const number of [1, 2]) {
        const candidate = `candidate:${number} ${description}`;
        this.#onPath(0, 300, () => this.dispatch({ type: 'candidate', candidate: { candidate } }));
      }
      this.#onPath(300, 400, () => {
        this.dispatch({ type: 'candidate', candidate: { candidate: '' } });
      });
    });
  }

  #send(to: DeviceKey, frame: CallFrame, call: Call | undefined): void {
    const { type } = frame.body;
    const own = call && call.id === toHex(frame.callId);
    const shows = type === 'candidate' || type === 'answer';
    if (own && shows && !this.#mayShow(call) && !this.#work?.accepted) {
      this.#fail(`${type} before Accept`);
    }
    this.#around.send(this, to, frame);
    // Over its own path, only the call itself speaks.
    if (own && this.#work?.path) this.#around.sendOverPath(this, to, frame, this.#work.path);
  }

  /** Whether this is the path of the call that goes on here. */
  uses(path: SimulatedPath): boolean {
    return this.alive && this.#work?.path === path;
  }

  #mayShow(call: Call): boolean {
    const { peer, hidden } = this.#around.circumstances(this, call.peer.key);
    return peer.trust === 'contact' && !hidden;
  }

  #search(call: Call | undefined): void {
    if (!call) return;
    const work = this.#work;
    const { id } = call;
    this.#around.reach(this, call.peer.key, (device) => {
      if (this.#work !== work || this.line.call?.id !== id) return;
      if (device === undefined) return this.dispatch({ type: 'reach-failed', reason: 'not-found' });
      this.dispatch({ type: 'found' });
      this.dispatch({ type: 'channel-opened', device });
    });
  }

  #reopen(device: DeviceKey): void {
    const work = this.#work;
    const key = this.line.call?.peer.key;
    if (!work || !key || work.reopening) return;
    work.reopening = true;
    const attempt = () => {
      this.#around.reach(this, key, (opened) => {
        if (this.#work !== work) return;
        if (opened === undefined) return this.#later(500, 4_000, attempt);
        work.reopening = false;
        this.dispatch({ type: 'channel-opened', device });
      });
    };
    attempt();
  }

  #fail(what: string): never {
    throw new Error(`${this.key}: ${what}`);
  }
}
