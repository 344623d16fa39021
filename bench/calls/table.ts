import { lines } from '../lines.ts';
import type { Measured } from './measure.ts';

/** A contender's calls under one set of conditions; `undefined` where it could not call. */
export interface Row {
  readonly name: string;
  readonly calls: readonly Measured[] | undefined;
}

const KINDS = [
  ['call → ring', 'callToRing'],
  ['accept → caller hears', 'acceptToCaller'],
  ['accept → callee hears', 'acceptToCallee'],
] as const;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

export const medianOf = (calls: readonly Measured[] | undefined, kind: keyof Measured): number =>
  median((calls ?? []).map((call) => call[kind]));

/** Medians in ms, each with its ratio to the row of that name. */
export function table(title: string, rows: readonly Row[], reference: string): string {
  const measure = rows.find(({ name }) => name === reference)?.calls;
  const cells = rows.map(({ name, calls }) => [
    name,
    ...KINDS.map(([, kind]) => {
      const ms = medianOf(calls, kind);
      if (Number.isNaN(ms)) return 'failed';
      return `${ms.toFixed(0)} (${(ms / medianOf(measure, kind)).toFixed(2)}×)`;
    }),
  ]);
  const head = [title, ...KINDS.map(([words]) => `${words}, ms`)];
  return lines([head, ...cells]);
}
