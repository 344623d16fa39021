import type { Effect } from '#lib/core/call/machine/effect.ts';
import type { CallEvent, Unstamped } from '#lib/core/call/machine/event.ts';
import { isAccepted } from '#lib/core/call/machine/state.ts';
import type { Call } from '#lib/core/call/machine/state.ts';

/** What the people of one simulated call have agreed to, and what must not happen before they have. */
export class SimulatedConsent {
  /** Accept or Call was pressed here. */
  pressed: boolean;
  /** ACCEPT was sent or received. */
  accepted = false;
  readonly #fail: (what: string) => void;

  constructor(pressed: boolean, fail: (what: string) => void) {
    this.pressed = pressed;
    this.#fail = fail;
  }

  /** The machine has taken an event, which led from one state of the call to another. */
  follow(event: Unstamped<CallEvent>, before: Call | undefined, after: Call | undefined): void {
    if (event.type === 'accept' && before?.stage === 'incoming') this.pressed = true;
    if (event.type === 'frame' && event.frame.body.type === 'accept') {
      this.accepted ||= before?.id === event.id;
    }
    // ACCEPT is said, or waits for a channel.
    const asked = before?.stage === 'incoming' || before?.stage === 'answering';
    if (asked) this.accepted ||= after !== undefined && isAccepted(after);
  }

  /** @param mayShow Whether the peer may see our address before Accept. */
  check({ do: what }: Effect, mayShow: boolean): void {
    const allowed: { readonly [What in Effect['do']]?: boolean } = {
      reopen: this.pressed,
      'open-microphone': this.pressed,
      'renew-microphone': this.pressed,
      'open-path': this.pressed || mayShow,
      'take-answer': this.accepted || mayShow,
      'send-sound': this.accepted,
      play: this.accepted,
    };
    if (allowed[what] === false) this.#fail(`${what} before Accept`);
  }
}
