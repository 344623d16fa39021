import { insideOf } from './inside.ts';
import { limitHandshake } from './negotiation-limit.ts';
import type { ProposedConnection } from './negotiation-limit.ts';
import { withChannelBudget } from './stream-budget.ts';
import type { Excess } from './stream-budget.ts';

/** What is used of libp2p's upgrader. */
interface Upgrader {
  upgradeInbound(
    connection: InboundConnection,
    options: { readonly muxerFactory?: object },
  ): Promise<unknown>;
}

/** A connection that somebody else has opened, and is not yet upgraded: encrypted and multiplexed. */
export interface InboundConnection extends ProposedConnection {
  readonly remoteAddr: { toString(): string };
}

/**
 * Leads every connection that comes in: what may be done before it is upgraded has a limit, and one that fails is cut at
 * once. libp2p 3.3 closes it in good order instead, for which whoever is silent is given half a minute more.
 */
export function guardUpgrades(
  { upgrader: made }: { readonly upgrader: object },
  init: {
    /** A clock that never goes back, ms. */
    readonly now: () => number;
    readonly onExcess?: (excess: Excess) => void;
    /**
     * Asked first: whether it may come in at all. What is returned is called when it is upgraded, or has failed;
     * without it the connection is refused.
     */
    readonly admit?: (connection: InboundConnection) => (() => void) | undefined;
  },
): void {
  const upgrader = insideOf<Upgrader>('inbound-upgrades', made);
  const upgradeInbound = upgrader.upgradeInbound.bind(upgrader);
  upgrader.upgradeInbound = async (connection, options) => {
    const settle = init.admit === undefined ? () => undefined : init.admit(connection);
    if (settle === undefined) {
      const refused = new Error('too many connections');
      connection.abort(refused);
      throw refused;
    }
    // WebRTC encrypts and multiplexes by itself: there is nothing to be proposed.
    if (options.muxerFactory !== undefined) withChannelBudget(options.muxerFactory, init);
    else limitHandshake(connection, () => init.onExcess?.('proposals'));
    try {
      await upgradeInbound(connection, options);
    } catch (error) {
      connection.abort(error instanceof Error ? error : new Error('the upgrade has failed'));
      throw error;
    } finally {
      settle();
    }
  };
}
