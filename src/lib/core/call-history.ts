import type { CallRecord } from '#lib/domain/call.ts';
import type { IdentityKey, CallId } from '#lib/domain/ids.ts';
import { cleanName } from '#lib/domain/name.ts';
import type { Changes, Stores } from '#lib/ports/stores.ts';
import { inOrder } from './in-order.ts';
import { Watchers } from './watchable.ts';
import type { Watchable } from './watchable.ts';

export interface CallHistory extends Watchable {
  /** Newest first. */
  readonly records: readonly CallRecord[];
  /** Missed calls not yet seen. */
  readonly unseen: number;
  markSeen(): Promise<void>;
  remove(id: CallId): Promise<void>;
  clear(): Promise<void>;
}

/** Calls kept in the history; the oldest go. About a year of a busy person, and a page that scrolls. */
export const CALL_RECORDS_MAX = 500;
/**
 * Of these, calls of people who are no contacts and that nobody answered: a stranger who rings for an hour pushes out
 * nobody else's.
 */
export const STRANGER_RECORDS_MAX = 50;
/** Records beyond the most that are looked for at start, in case an earlier clean-up was cut off. */
const LEFT_OVER_MAX = 100;

/** {@link CallHistory} with what the call engine adds. */
export interface CallBook extends CallHistory {
  /** Shows and keeps a call; one with the same ID is replaced. */
  add(record: CallRecord): Promise<void>;
}

/**
 * Reads the call history. What a person changes is stored first and shown afterwards. @throws what the store throws.
 *
 * @param isStranger whether somebody is not in the contacts now
 */
export async function createCallHistory(
  stores: Pick<Stores, 'calls' | 'write'>,
  isStranger: (key: IdentityKey) => boolean,
): Promise<CallBook> {
  const watchers = new Watchers();
  const exclusively = inOrder();
  let records: readonly CallRecord[] = [];

  const show = (next: readonly CallRecord[]) => {
    records = next;
    watchers.changed();
  };

  const isStrange = ({ direction, connected, peer }: CallRecord): boolean =>
    direction === 'incoming' && connected === undefined && isStranger(peer);

  /** What stays of all, newest first: when there are too many, those of strangers go first. */
  const capped = (all: readonly CallRecord[]): readonly CallRecord[] => {
    const strange = all.filter(isStrange);
    const room = CALL_RECORDS_MAX - (all.length - strange.length);
    const kept = new Set(strange.slice(0, Math.max(0, Math.min(STRANGER_RECORDS_MAX, room))));
    return all.filter((one) => kept.has(one) || !isStrange(one)).slice(0, CALL_RECORDS_MAX);
  };
  const forget = (to: Changes, all: readonly CallRecord[], kept: readonly CallRecord[]) => {
    const ids = new Set(kept.map(({ id }) => id));
    for (const { id } of all) if (!ids.has(id)) to.removeCall(id);
  };

  const stored = await stores.calls.recent(CALL_RECORDS_MAX + LEFT_OVER_MAX);
  // What an earlier version let through as a name may be drawn as nothing.
  records = capped(stored).map((record) => ({
    ...record,
    peerName: cleanName(record.peerName),
  }));
  await stores.write((to) => forget(to, stored, records));

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
        const others = records.filter(({ id }) => id !== record.id);
        const all = [...others, record].sort((a, b) => b.started - a.started);
        const kept = capped(all);
        // It has happened, whether or not there is room to keep it: a missed call is shown at least until a reload.
        show(kept);
        await stores.write((to) => {
          to.putCall(record);
          forget(to, all, kept);
        });
      }),

    markSeen: () =>
      exclusively(async () => {
        const fresh = records.filter(({ seen }) => !seen);
        if (fresh.length === 0) return;
        await stores.write((to) => fresh.forEach((one) => to.putCall({ ...one, seen: true })));
        show(records.map((record) => (record.seen ? record : { ...record, seen: true })));
      }),

    remove: (id) =>
      exclusively(async () => {
        await stores.write((to) => to.removeCall(id));
        show(records.filter((record) => record.id !== id));
      }),

    clear: () =>
      exclusively(async () => {
        await stores.write((to) => to.clearCalls());
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
