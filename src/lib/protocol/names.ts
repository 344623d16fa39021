/** Protocol IDs, topics and domain strings. The major version is in the name; a change of meaning changes it. */

export const CALL_PROTOCOL = '/woxly/call/1';
export const LOOKUP_PROTOCOL = '/woxly/lookup/1';

const PRESENCE_TOPIC_PREFIX = '/woxly/presence/1';

/** The gossipsub topic of a shard of presence records. */
export function presenceTopic(shard: number): string {
  return `${PRESENCE_TOPIC_PREFIX}/${shard}`;
}

/** What is signed or derived, so that bytes made for one purpose never serve another. */
export const DOMAIN = {
  certificate: 'woxly device certificate v1',
  deviceList: 'woxly device list v1',
  invite: 'woxly invite v1',
  presence: 'woxly presence v1',
  presenceTag: 'woxly presence tag v1',
  presenceKey: 'woxly presence key v1',
  identity: 'woxly identity v1',
} as const;
