/** Every key begins with this; it tells nothing. */
const KEY_PREFIX = '12D3KooW';
/** Characters shown of each end of the rest: what a person compares at a glance. Never for a decision. */
const END_LENGTH = 4;

/** A key as a label, for example `Qm3u…xV7y`. Stands in where a person has no name. */
export function shortKey(key: string): string {
  const own = key.startsWith(KEY_PREFIX) ? key.slice(KEY_PREFIX.length) : key;
  return own.length <= 2 * END_LENGTH
    ? own
    : `${own.slice(0, END_LENGTH)}…${own.slice(-END_LENGTH)}`;
}
