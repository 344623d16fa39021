/** What the people of one call have agreed to, and what must not happen before they have. */
export class SimulatedConsent {
  /** Accept or Call was pressed here. */
  pressed: boolean;
  /** It was pressed at both ends: here, or said there. */
  accepted = false;
  readonly #fail: (what: string) => never;

  constructor(pressed: boolean, fail: (what: string) => never) {
    this.pressed = pressed;
    this.#fail = fail;
  }

  /** Only after Accept or Call was pressed here. */
  mustBePressed(what: string): void {
    if (!this.pressed) this.#fail(`${what} before anything was pressed`);
  }

  /** Only after Accept, or where the peer may see our address at any time. */
  mustBeAccepted(what: string, mayShow = false): void {
    if (!this.accepted && !mayShow) this.#fail(`${what} before Accept`);
  }
}
