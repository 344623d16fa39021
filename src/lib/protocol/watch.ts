import {
  PRESENCE_MAX_BYTES,
  PRESENCE_TAG_BYTES,
  WATCH_PUSH_MAX,
  WATCH_TAGS_MAX,
} from './limits.ts';
import { PRESENCE_ENVELOPE } from './presence-record.ts';
import { bytes, nested, repeated, struct } from './struct.ts';

/**
 * What a browser sends on `/woxly/presence/1`: the tags it wants to hear about. Each request replaces the one before;
 * the stream stays open.
 */
export const WATCH_REQUEST = struct({
  tags: repeated(1, bytes(PRESENCE_TAG_BYTES, 'exact'), WATCH_TAGS_MAX),
});

/** What the relay pushes: what it has under the tags now, and then changes only. */
export const WATCH_PUSH = struct({
  /** New records, which the relay cannot read and does not vouch for. */
  records: repeated(1, nested(PRESENCE_ENVELOPE, PRESENCE_MAX_BYTES + 128), WATCH_PUSH_MAX),
  /**
   * Tags whose publisher has left: its connection to the relay that took the record is gone. A relay may lie here as
   * it may say nothing: it changes what is shown, never where somebody is looked for.
   */
  left: repeated(2, bytes(PRESENCE_TAG_BYTES, 'exact'), WATCH_TAGS_MAX),
});
