/** What a relay counts about those it does not serve, by what is counted. */
export type Figures = ReadonlyMap<string, number>;

/** Counters that grow only when somebody is refused, cut off or in the way, or something is wrong. */
const AGAINST = /_(cut|refused|dropped|unexpected)_|_(cut|refused|dropped|errors)_total/;
/** Counters by outcome, and the outcomes that are as they should be. */
const OUTCOMES = /_(circuits_asked|presence_received)_total/;
const GOOD = new Set(['allowed', 'kept']);
/** TURN aside: it refuses the addresses of this machine to everybody. */
const LINE = /^woxly_(?!turn_)(\w+)_total(?:\{(.*)\})? (\d+)$/gm;

/** Reads the text of `/metrics`. */
export function figuresOf(text: string): Figures {
  const figures = new Map<string, number>();
  for (const [line, name = '', labels = '', count] of text.matchAll(LINE)) {
    const values = [...labels.matchAll(/"([^"]*)"/g)].map(([, value = '']) => value);
    const isAgainst = AGAINST.test(line) || (OUTCOMES.test(line) && !GOOD.has(values[0] ?? ''));
    if (!isAgainst) continue;
    const words = name.replaceAll('_', ' ');
    figures.set(values.length > 0 ? `${words} (${values.join(', ')})` : words, Number(count));
  }
  return figures;
}

/** By how much each has grown, most first, in words. */
export function grown(before: Figures, after: Figures): string {
  return [...after]
    .map(([what, count]) => [what, count - (before.get(what) ?? 0)] as const)
    .filter(([, more]) => more > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([what, more]) => `${what} ${more}`)
    .join('; ');
}
