import {
  LOOKUP_RECORDS_MAX,
  LOOKUP_TAGS_MAX,
  PRESENCE_MAX_BYTES,
  PRESENCE_TAG_BYTES,
} from './limits.ts';
import { PRESENCE_ENVELOPE } from './presence-record.ts';
import { bytes, nested, repeated, struct } from './struct.ts';

/** One question to a relay over `/woxly/lookup/1`: which records do you have under these tags? */
export const LOOKUP_REQUEST = struct({
  tags: repeated(1, bytes(PRESENCE_TAG_BYTES, 'exact'), LOOKUP_TAGS_MAX),
});

/** The relay's answer: records it cannot read and does not vouch for. Below the frame limit by leaving out. */
export const LOOKUP_RESPONSE = struct({
  records: repeated(1, nested(PRESENCE_ENVELOPE, PRESENCE_MAX_BYTES + 128), LOOKUP_RECORDS_MAX),
});
