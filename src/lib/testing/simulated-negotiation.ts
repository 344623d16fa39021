import type { Effect } from '#lib/core/call/machine/effect.ts';
import { isLinked } from '#lib/core/call/machine/state.ts';
import { RESTART_FAILS } from './simulated-media.ts';
import type { SimulatedPath } from './simulated-media.ts';
import type { CallingDevice, Surroundings } from './simulated-surroundings.ts';

type NegotiationEffect = Extract<
  Effect,
  {
    readonly do:
      | `${'open' | 'close'}-path`
      | `make-${'offer' | 'restart' | 'answer'}`
      | 'take-answer'
      | 'add-candidate';
  }
>;

/** The path of one simulated call, negotiated as a browser does: late, and not always with success. */
export class SimulatedNegotiation {
  readonly #device: CallingDevice;
  readonly #around: Surroundings;
  #path: SimulatedPath | undefined;

  constructor(device: CallingDevice, around: Surroundings) {
    this.#device = device;
    this.#around = around;
  }

  get path(): SimulatedPath | undefined {
    return this.#path;
  }

  run(effect: NegotiationEffect): void {
    switch (effect.do) {
      case 'open-path':
        return this.#open();
      case 'close-path':
        return this.close();
      case 'make-offer':
        return this.#describe((offer) => this.#device.dispatch({ type: 'offer-made', offer }));
      case 'make-restart':
        return this.#makeRestart();
      case 'make-answer':
        return this.#makeAnswer(effect.offer, effect.round);
      case 'take-answer':
        return this.#takeAnswer(effect.answer);
      case 'add-candidate':
        return this.#addCandidate(effect.candidate.candidate);
    }
  }

  close(): void {
    if (this.#path) this.#around.media.close(this.#path);
    this.#path = undefined;
  }

  #open(): void {
    this.#path = this.#around.media.open((state) => {
      this.#later(0, 1, () => {
        this.#device.dispatch({ type: 'path-state', state });
        if (state === 'connected') this.#device.dispatch({ type: 'path-frames', open: true });
      });
    });
  }

  #makeRestart(): void {
    const { random } = this.#around;
    this.#later(1, random.chance(0.2) ? 1_500 : 20, (path) => {
      if (path.answering > 0 || random.chance(RESTART_FAILS)) {
        return this.#device.dispatch({ type: 'path-error', at: 'restart' });
      }
      this.#describe((offer) => this.#device.dispatch({ type: 'restart-made', offer }));
    });
  }

  #makeAnswer(offer: string, round: number | undefined): void {
    if (!this.#path) return;
    const alone = ++this.#path.answering === 1;
    this.#path.asked = offer;
    this.#later(1, this.#around.random.chance(0.2) ? 1_500 : 30, (path) => {
      path.remote = offer;
      path.reachable = false;
      this.#describe((own) => {
        path.answering -= 1;
        const sent = this.#sent;
        // An answer names the offer it answers, so that the other side can refuse the wrong one.
        const made = { type: 'answer-made', answer: `${own}>${offer}` } as const;
        this.#device.dispatch({ ...made, ...(round !== undefined && { round }) });
        // Whatever else failed meanwhile, the peer waits for it, unless it has made another offer.
        const last = path.asked === offer;
        const { call } = this.#device;
        const live = ['connecting', 'connected', 'reconnecting'].includes(call?.stage ?? '');
        if (alone && last && live && this.#sent === sent) {
          this.#device.fail('an answer that nobody hears');
        }
      });
    });
  }

  #takeAnswer(answer: string): void {
    this.#later(1, 20, (path) => {
      const [description = '', offer] = answer.split('>');
      if (offer !== `${path.id}:${path.generation}`) {
        return this.#device.dispatch({ type: 'path-error', at: 'take-answer' });
      }
      path.remote = description;
      path.reachable = false;
      this.#device.dispatch({ type: 'answer-taken' });
      this.#around.media.connectIfMatched(path);
    });
  }

  #addCandidate(candidate: string): void {
    const path = this.#path;
    if (!path) return;
    if (path.remote === '') this.#device.fail('a candidate before its description');
    // One of an older description leads nowhere.
    path.reachable ||= candidate.endsWith(` ${path.remote}`);
    this.#around.media.connectIfMatched(path);
  }

  /** A new description of the path. Its candidates may well be there before it is handed over. */
  #describe(made: (description: string) => void): void {
    this.#later(1, 20, (path) => {
      const tell = (candidate: string) =>
        this.#device.dispatch({ type: 'candidate', candidate: { candidate } });
      const description = this.#around.media.describe(path);
      this.#later(0, 20, () => made(description));
      for (const number of [1, 2]) {
        this.#later(0, 300, () => tell(`candidate:${number} ${description}`));
      }
      this.#later(300, 400, () => tell(''));
    });
  }

  /** How many frames of the call were sent so far. */
  get #sent(): number {
    const { call } = this.#device;
    return call && isLinked(call) ? call.link.sent : 0;
  }

  /** After a delay, unless this path is closed by then. */
  #later(least: number, most: number, run: (path: SimulatedPath) => void): void {
    const path = this.#path;
    this.#around.time.after(this.#around.random.between(least, most), () => {
      if (path && this.#path === path) run(path);
    });
  }
}
