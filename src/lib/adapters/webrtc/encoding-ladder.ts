import type { EncodingName } from './encoding.ts';

/** Share of our packets that the peer misses above which redundancy goes on, and below which it ends. */
const LOSS_HIGH = 0.03;
const LOSS_LOW = 0.01;
/** For how long, ms (protocol document: "Opus"). The peer reports about every 5 s. */
const LOSS_HIGH_MS = 5000;
const LOSS_LOW_MS = 30_000;
/** What redundancy takes with its headers, kbit/s; with less, it would make matters worse. */
const REDUNDANT_NEEDS_KBPS = 80;
/** What is available, kbit/s, below which it is `low` or `lowest` (protocol document). */
const LOW_BELOW_KBPS = 60;
const LOWEST_BELOW_KBPS = 35;
/** From `low` it goes up above this, kbit/s: there the estimate cannot grow far above 60. */
const UP_FROM_LOW_KBPS = 55;
/** The estimate must stay on one side for so long, ms: down fast, up slowly. */
const DOWN_AFTER_MS = 3000;
const UP_AFTER_MS = 10_000;
/** A step up that soon had to be taken back makes the next one wait twice as long, up to this, ms. */
const UP_AFTER_MOST_MS = 160_000;

/** What one look at the sending side tells. */
export interface Sent {
  /** Since the look before, ms. */
  readonly took: number;
  /**
   * The browser's estimate, kbit/s. It can grow to half as much again as what is sent: some 106 kbit/s while `normal`,
   * 62 while `low`, 47 while `lowest`. `undefined` while too little is sent for it to mean anything.
   */
  readonly availableKbps: number | undefined;
  /** Whether both sides can send sound twice. */
  readonly canRepeat: () => boolean;
  /** A report of the peer that is new, with the time that it is about, ms. */
  readonly report: { readonly lost: number; readonly span: number } | undefined;
}

/** Chooses how to encode, from what the network gives. Downwards it needs no trial; upwards it tries. */
export class EncodingLadder {
  #step: 'normal' | 'redundant' | 'low' | 'lowest' = 'normal';
  #saver = false;
  #lossyFor = 0;
  #cleanFor = 0;
  #shortFor = 0;
  #plentyFor = 0;
  #upAfter = UP_AFTER_MS;
  #sinceUp = Infinity;

  get encoding(): EncodingName {
    return this.#saver ? 'saver' : this.#step;
  }

  setSaver(on: boolean): void {
    if (on === this.#saver) return;
    this.#saver = on;
    this.#go('normal');
  }

  look({ took, availableKbps, canRepeat, report }: Sent): EncodingName {
    if (this.#saver) return this.encoding;
    this.#sinceUp += took;
    if (report !== undefined) this.#takeReport(report);
    if (availableKbps !== undefined) this.#takeEstimate(availableKbps, took);
    if (this.#step === 'normal' && this.#lossyFor >= LOSS_HIGH_MS) {
      const fits = availableKbps === undefined || availableKbps >= REDUNDANT_NEEDS_KBPS;
      if (fits && canRepeat()) {
        this.#go('redundant');
      }
    } else if (this.#step === 'redundant' && this.#cleanFor >= LOSS_LOW_MS) this.#go('normal');
    return this.encoding;
  }

  #takeReport({ lost, span }: { readonly lost: number; readonly span: number }): void {
    this.#lossyFor = lost > LOSS_HIGH ? this.#lossyFor + span : 0;
    this.#cleanFor = lost < LOSS_LOW ? this.#cleanFor + span : 0;
  }

  #takeEstimate(kbps: number, took: number): void {
    const [down, up] = this.#bounds();
    this.#shortFor = kbps < down ? this.#shortFor + took : 0;
    this.#plentyFor = kbps >= up ? this.#plentyFor + took : 0;
    if (this.#shortFor >= DOWN_AFTER_MS) this.#down(kbps);
    else if (this.#plentyFor >= this.#upAfter) this.#up();
  }

  /** Below the first it goes down, from the second on it may go up. */
  #bounds(): readonly [down: number, up: number] {
    switch (this.#step) {
      case 'redundant':
        return [REDUNDANT_NEEDS_KBPS, Infinity];
      case 'normal':
        return [LOW_BELOW_KBPS, Infinity];
      case 'low':
        return [LOWEST_BELOW_KBPS, UP_FROM_LOW_KBPS];
      case 'lowest':
        return [0, LOWEST_BELOW_KBPS];
    }
  }

  #down(kbps: number): void {
    this.#upAfter =
      this.#sinceUp < UP_AFTER_MOST_MS
        ? Math.min(UP_AFTER_MOST_MS, this.#upAfter * 2)
        : UP_AFTER_MS;
    if (kbps < LOWEST_BELOW_KBPS) this.#go('lowest');
    else if (kbps < LOW_BELOW_KBPS) this.#go('low');
    else this.#go('normal');
  }

  #up(): void {
    this.#sinceUp = 0;
    this.#go(this.#step === 'lowest' ? 'low' : 'normal');
  }

  #go(step: 'normal' | 'redundant' | 'low' | 'lowest'): void {
    this.#step = step;
    this.#lossyFor = 0;
    this.#cleanFor = 0;
    this.#shortFor = 0;
    this.#plentyFor = 0;
  }
}
