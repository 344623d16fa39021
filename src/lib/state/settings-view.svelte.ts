import type { Settings } from '#lib/domain/settings.ts';
import type { SettingsBook } from '#lib/core/settings-book.ts';
import { Followed } from './followed.ts';

/** What the owner chose, for screens. */
export class SettingsView extends Followed<SettingsBook> {
  get current(): Settings {
    return this.engine.current;
  }

  change = (part: Partial<Settings>): Promise<void> => this.acting.change(part);
}
