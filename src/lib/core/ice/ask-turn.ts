import type { RelayAddress } from '#lib/domain/ids.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import { TURN_PROTOCOL } from '#lib/protocol/names.ts';
import { TURN_REQUEST, TURN_RESPONSE } from '#lib/protocol/turn.ts';
import type { TurnResponse } from '#lib/protocol/turn.ts';

/** Asks a relay for credentials of its TURN server. Rejects if it does not answer; `undefined` for nonsense. */
export async function askTurn(
  network: Pick<PeerNetwork, 'ask'>,
  relay: RelayAddress,
  signal: AbortSignal,
): Promise<TurnResponse | undefined> {
  return TURN_RESPONSE.decode(
    await network.ask(relay, TURN_PROTOCOL, TURN_REQUEST.encode({}), signal),
  );
}
