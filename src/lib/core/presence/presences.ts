import type { Presence } from '#lib/domain/contact.ts';
import type { IdentityKey } from '#lib/domain/ids.ts';
import type { Watchable } from '../watchable.ts';

/** Whether contacts can be called now, pushed by relays. Nothing is known while the setting is off. */
export interface Presences extends Watchable {
  of(key: IdentityKey): Presence;
}
