import type { CallRecord } from '#lib/domain/call.ts';
import type { CallId } from '#lib/domain/ids.ts';
import type { CallView } from '#lib/core/call/calls.ts';

/** The calls that one life of a simulated page has shown: each ends once, for ever, with one line of history. */
export class SimulatedLedger {
  /** How many lines of history each call has that was on the line here. */
  readonly records = new Map<CallId, number>();
  /** The reasons of all ends, in order. */
  readonly endings: string[] = [];
  readonly #over = new Set<CallId>();
  readonly #fail: (what: string) => never;

  constructor(fail: (what: string) => never) {
    this.#fail = fail;
  }

  /** The screen went from one call to another, or from one of its stages. */
  see(before: CallView | undefined, after: CallView | undefined): void {
    if (after === undefined) return;
    // Both pressed Call: the call that gives way is no call of its own.
    if (before && before.stage !== 'ended' && before.id !== after.id) {
      const early = ['finding', 'reaching', 'ringing'].includes(before.stage);
      if (!early) this.#fail(`${before.id} was pushed off the line`);
      this.records.delete(before.id);
    }
    if (after.stage === 'ended') {
      if (!this.#over.has(after.id)) this.endings.push(after.reason);
      this.#over.add(after.id);
      return;
    }
    if (this.#over.has(after.id)) this.#fail(`${after.id} lives after its end`);
    if (!this.records.has(after.id)) this.records.set(after.id, 0);
  }

  record({ id, started, ended }: CallRecord): void {
    const lines = (this.records.get(id) ?? 0) + 1;
    this.records.set(id, lines);
    if (lines > 1) this.#fail(`${lines} lines of history for one call`);
    if (ended < started) this.#fail('a call that ended before it began');
  }

  /** A page that is opened anew knows nothing of the calls before. */
  forget(): void {
    this.records.clear();
    this.#over.clear();
  }
}
