import type { Effect } from '#lib/core/call/machine/effect.ts';
import type { Call } from '#lib/core/call/machine/state.ts';
import type { DeviceKey } from '#lib/domain/ids.ts';
import { SimulatedConsent } from './simulated-consent.ts';
import type { SimulatedPath } from './simulated-media.ts';
import { SimulatedNegotiation } from './simulated-negotiation.ts';
import type { CallingDevice, Surroundings } from './simulated-surroundings.ts';

/** What is under way for one call of a simulation, as the engine keeps it. */
export class SimulatedWork {
  readonly consent: SimulatedConsent;
  readonly #device: CallingDevice;
  readonly #around: Surroundings;
  readonly #negotiation: SimulatedNegotiation;
  #reopening = false;
  #over = false;

  /** @param pressed Whether it begins with Call, and not with a RING. */
  constructor(device: CallingDevice, around: Surroundings, pressed: boolean) {
    this.consent = new SimulatedConsent(pressed, (what) => device.fail(what));
    this.#device = device;
    this.#around = around;
    this.#negotiation = new SimulatedNegotiation(device, around);
  }

  get path(): SimulatedPath | undefined {
    return this.#negotiation.path;
  }

  run(
    effect: Exclude<Effect, { readonly do: 'send' | 'record' | 'ring-now' | 'finish' }>,
    call: Call,
  ): void {
    this.consent.check(effect, this.#device.mayShow(call));
    switch (effect.do) {
      case 'reach':
        return this.#search(call);
      case 'reopen':
        return this.#reopen(effect.device, call);
      case 'open-microphone':
        return this.#openMicrophone();
      case 'renew-microphone':
        return this.#later(1, 300, () => this.#device.dispatch({ type: 'microphone-opened' }));
      case 'open-path':
      case 'close-path':
      case 'make-offer':
      case 'make-restart':
      case 'make-answer':
      case 'take-answer':
      case 'add-candidate':
        return this.#negotiation.run(effect);
      case 'continue-as':
      case 'set-muted':
      case 'expect':
      case 'send-sound':
      case 'play':
        return;
    }
  }

  close(): void {
    this.#over = true;
    this.#negotiation.close();
  }

  #search({ id, peer }: Call): void {
    this.#around.reach(this.#device, peer.key, (device) => {
      if (this.#over || this.#device.call?.id !== id) return;
      if (device === undefined) {
        return this.#device.dispatch({ type: 'reach-failed', reason: 'not-found' });
      }
      this.#device.dispatch({ type: 'found' });
      this.#device.dispatch({ type: 'channel-opened', device });
    });
  }

  #reopen(device: DeviceKey, { peer }: Call): void {
    if (this.#reopening) return;
    this.#reopening = true;
    const attempt = () => {
      this.#around.reach(this.#device, peer.key, (opened) => {
        if (this.#over) return;
        if (opened === undefined) return this.#later(500, 4_000, attempt);
        this.#reopening = false;
        this.#device.dispatch({ type: 'channel-opened', device });
      });
    };
    attempt();
  }

  #openMicrophone(): void {
    const { random, microphoneFails } = this.#around;
    this.#later(1, random.chance(0.1) ? 20_000 : 300, () => {
      if (random.chance(microphoneFails)) {
        const problem = random.pick(['refused', 'missing', 'failed'] as const);
        return this.#device.dispatch({ type: 'microphone-error', problem });
      }
      this.#device.dispatch({ type: 'microphone-opened' });
    });
  }

  /** After a delay, unless the call is over by then. */
  #later(least: number, most: number, run: () => void): void {
    this.#around.time.after(this.#around.random.between(least, most), () => {
      if (!this.#over) run();
    });
  }
}
