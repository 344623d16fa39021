import {
  DEVICES_MAX,
  INVITE_RELAYS_MAX,
  MULTIADDR_MAX_BYTES,
  NAME_MAX_BYTES,
  PUBLIC_KEY_BYTES,
} from './limits.ts';
import { bytes, optional, repeated, required, struct, text, uint } from './struct.ts';
import type { Of } from './struct.ts';

/** What an invite link says, signed by the identity key it names. Times in ms since 1970. */
export const INVITE = struct({
  identity: required(1, bytes(PUBLIC_KEY_BYTES, 'exact')),
  name: optional(2, text(NAME_MAX_BYTES)),
  devices: repeated(3, bytes(PUBLIC_KEY_BYTES, 'exact'), DEVICES_MAX),
  relays: repeated(4, text(MULTIADDR_MAX_BYTES), INVITE_RELAYS_MAX),
  created: required(5, uint()),
  expires: optional(6, uint()),
  token: optional(7, bytes(16, 'exact')),
});
export type Invite = Of<typeof INVITE>;
