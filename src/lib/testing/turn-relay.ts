import { TURN_PROTOCOL } from '#lib/protocol/names.ts';
import { TURN_RESPONSE } from '#lib/protocol/turn.ts';
import type { MemoryRelay } from './memory-relay.ts';

/** Lets a relay name STUN and TURN servers, with credentials that serve for a day. */
export function nameServers(relay: MemoryRelay, ...urls: readonly string[]): void {
  relay.answer(TURN_PROTOCOL, () =>
    TURN_RESPONSE.encode({ urls, username: 'user', credential: 'secret', seconds: 86_400 }),
  );
}
