import type { CallRecord } from '#lib/domain/call.ts';
import type { CallId } from '#lib/domain/ids.ts';
import type { CallHistory } from '#lib/core/call-history.ts';
import { Followed } from './followed.ts';

/** Past calls, for screens. */
export class HistoryView extends Followed<CallHistory> {
  get records(): readonly CallRecord[] {
    return this.engine.records;
  }

  get unseen(): number {
    return this.engine.unseen;
  }

  with(key: string): readonly CallRecord[] {
    return this.engine.records.filter((record) => record.peer === key);
  }

  markSeen = (): Promise<void> => this.acting.markSeen();
  remove = (id: CallId): Promise<void> => this.acting.remove(id);
  clear = (): Promise<void> => this.acting.clear();
}
