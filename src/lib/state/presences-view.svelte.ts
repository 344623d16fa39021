import type { Presence } from '#lib/domain/contact.ts';
import type { IdentityKey } from '#lib/domain/ids.ts';
import type { Presences } from '#lib/core/presence/presences.ts';
import { Followed } from './followed.ts';

/** Whether contacts can be called now, for screens. */
export class PresencesView extends Followed<Presences> {
  of(key: IdentityKey): Presence {
    return this.engine.of(key);
  }
}
