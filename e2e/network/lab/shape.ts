/** What a link does to packets in one direction. */
export interface Shape {
  /** One way, ms. */
  readonly delayMs: number;
  /** More delay, uniform between 0 and this, ms; the order of packets stays. */
  readonly jitterMs: number;
  /** Mean loss, %. */
  readonly lossPercent: number;
  /** Mean length of a burst of losses, packets. */
  readonly burst: number;
  /** kbit/s; 0: unlimited. */
  readonly kbps: number;
  /** How much may wait for the rate, ms; what comes on top is dropped. */
  readonly queueMs: number;
}

/** Both directions of a link: `up` leads to the internet. */
export interface LinkShape {
  readonly up: Shape;
  readonly down: Shape;
}

/** What a test says of a link: what is given flat is so both ways; a round trip is half each way. */
export interface Shaping extends Partial<Omit<Shape, 'delayMs'>> {
  readonly roundTripMs?: number;
  readonly up?: Partial<Shape>;
  readonly down?: Partial<Shape>;
}

const CLEAN: Shape = {
  delayMs: 0,
  jitterMs: 0,
  lossPercent: 0,
  burst: 1,
  kbps: 0,
  // What a home router holds, as a rule.
  queueMs: 200,
};

/** A link as it is said, over what it was before. */
export function shaped(
  { roundTripMs, up, down, ...both }: Shaping,
  before: LinkShape = { up: CLEAN, down: CLEAN },
): LinkShape {
  const delay = roundTripMs === undefined ? {} : { delayMs: roundTripMs / 2 };
  return {
    up: { ...before.up, ...both, ...delay, ...up },
    down: { ...before.down, ...both, ...delay, ...down },
  };
}

/** The words of one direction in the language of `wire`. */
export function shapeWords(shape: Shape, cut: boolean): string {
  return [
    shape.delayMs * 1000,
    shape.jitterMs * 1000,
    shape.lossPercent * 10_000,
    shape.burst,
    shape.kbps * 1000,
    shape.queueMs,
    cut ? 1 : 0,
  ]
    .map(Math.round)
    .join(' ');
}
