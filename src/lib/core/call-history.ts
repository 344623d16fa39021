import type { CallRecord } from '#lib/domain/call.ts';
import type { CallStore } from '#lib/ports/stores.ts';
import { inOrder } from './in-order.ts';
import { Watchers } from './watchable.ts';
import type { CallHistory } from './woxly.ts';

/** Calls kept in the history; the oldest go. About a year of a busy person, and a page that scrolls. */
export const CALL_RECORDS_MAX = 500;
/** Records beyond the most that are looked for at start, in case an earlier clean-up was cut off. */
const LEFT_OVER_MAX = 100;

/** {@link CallHistory} with what the call engine adds. */
export interface CallBook extends CallHistory {
  /** Keeps a call; one with the same ID is replaced. */
  add(record: CallRecord): Promise<void>;
}

/** Reads the call history. Every change is stored first and shown afterwards. @throws what the store throws. */
export async function createCallHistory(store: CallStore): Promise<CallBook> {
  const watchers = new Watchers();
  const exclusively = inOrder();
  let records: readonly CallRecord[] = [];

  const show = (next: readonly CallRecord[]) => {
    records = next;
    watchers.changed();
  };

  /** What the cap leaves of `all`; what it does not leave is removed from the store. */
  const capped = async (all: readonly CallRecord[]): Promise<readonly CallRecord[]> => {
    for (const { id } of all.slice(CALL_RECORDS_MAX)) await store.remove(id);
    return all.slice(0, CALL_RECORDS_MAX);
  };

  records = await capped(await store.recent(CALL_RECORDS_MAX + LEFT_OVER_MAX));

  return {
    watch: watchers.watch,
    get records() {
      return records;
    },
    get unseen() {
      return records.filter(({ missed, seen }) => missed && !seen).length;
    },

    add: (record) =>
      exclusively(async () => {
        await store.put(record);
        const others = records.filter(({ id }) => id !== record.id);
        const all = [...others, record].sort((a, b) => b.started - a.started);
        show(all.slice(0, CALL_RECORDS_MAX));
        await capped(all);
      }),

    markSeen: () =>
      exclusively(async () => {
        const fresh = records.filter(({ seen }) => !seen);
        if (fresh.length === 0) return;
        for (const record of fresh) await store.put({ ...record, seen: true });
        show(records.map((record) => (record.seen ? record : { ...record, seen: true })));
      }),

    remove: (id) =>
      exclusively(async () => {
        await store.remove(id);
        show(records.filter((record) => record.id !== id));
      }),

    clear: () =>
      exclusively(async () => {
        await store.clear();
        show([]);
      }),
  };
}

/** The record with every time later by `ms`: calls are timed by the steady clock, and remembered by the wall clock. */
export function recordLater(record: CallRecord, ms: number): CallRecord {
  const { started, connected, ended } = record;
  return {
    ...record,
    started: started + ms,
    ended: ended + ms,
    ...(connected !== undefined && { connected: connected + ms }),
  };
}
