import { WoxlyError } from '#lib/domain/errors.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { IceServer } from '#lib/ports/media.ts';
import type { FrameChannel, PeerNetwork } from '#lib/ports/peer-network.ts';
import type { Random } from '#lib/ports/random.ts';
import { PRESENCE_TAG_BYTES } from '#lib/protocol/limits.ts';
import { LOOKUP_REQUEST, LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import { LOOKUP_PROTOCOL } from '#lib/protocol/names.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import { limited } from '../limited.ts';
import type { RelayTest } from './reachability.ts';
import { askTurn } from '../ice/ask-turn.ts';
import type { RelayKeeper } from './relay-keeper.ts';
import { serversOf } from '../ice/turn-servers.ts';

/** How long one step of a test may take, ms; dialling and reserving takes longest. */
const STEP_TIMEOUT_MS = 10_000;

export interface TestRelayPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: PeerNetwork;
  readonly keeper: Pick<RelayKeeper, 'reserved' | 'viewOf'>;
  /** Whether any of these servers gives a relayed address. Without it TURN is not tried, and nothing said of it. */
  readonly tryTurn?: (servers: readonly IceServer[], signal: AbortSignal) => Promise<boolean>;
}

/**
 * Tries a relay step by step: dialling and reserving, a round trip, a lookup, TURN. A relay in use keeps its
 * reservation; one that is not is left as it was. Never rejects.
 */
export async function testRelay(
  ports: TestRelayPorts,
  address: RelayAddress,
  signal: AbortSignal,
): Promise<RelayTest> {
  const { clock, network, keeper, tryTurn } = ports;
  const isHeld = () => keeper.reserved.some((one) => relayIdOf(one) === relayIdOf(address));
  const wasHeld = isHeld();

  const began = clock.now();
  let channel: FrameChannel | undefined;
  try {
    if (!wasHeld) await step((until) => network.reserve(address, until));
    channel = await step((until) => network.openRelay(address, LOOKUP_PROTOCOL, until));
  } catch (cause) {
    const refused = cause instanceof WoxlyError && cause.reason === 'refused';
    // One that reserves and does not know the protocol is reached all the same; it just answers no lookup.
    const there = !refused && (await attempt((until) => network.probe(address, until)));
    if (there === undefined || there === false) {
      letGo();
      return { reached: refused ? 'refused' : 'unreachable' };
    }
  }
  const reached = { tookMs: Math.round(clock.now() - began) };
  const open = channel;
  const lookup =
    open !== undefined && (await attempt((until) => answersLookup(open, ports.random, until)));
  channel?.close();
  const roundTripMs = await attempt((until) => network.probe(address, until));
  const turn = await testTurn();
  letGo();
  return {
    reached,
    ...(roundTripMs !== undefined && { roundTripMs }),
    lookup: lookup === true,
    ...(turn && { turn }),
  };

  async function testTurn(): Promise<RelayTest['turn']> {
    const response = await attempt((until) => askTurn(network, address, until));
    const servers = response === undefined ? [] : serversOf(response, address);
    if (!servers.some(({ credential }) => credential !== undefined)) return 'none';
    if (tryTurn === undefined) return undefined;
    const works = await attempt((until) => tryTurn(servers, until));
    return works === true ? 'works' : 'silent';
  }

  /** Unless the keeper has taken it meanwhile. */
  function letGo(): void {
    const isWanted = isHeld() || keeper.viewOf(relayIdOf(address))?.state === 'connecting';
    if (!wasHeld && !isWanted) network.release(address);
  }

  async function step<T>(run: (until: AbortSignal) => Promise<T>): Promise<T> {
    const { signal: until, end } = limited(clock, STEP_TIMEOUT_MS, signal);
    try {
      return await run(until);
    } finally {
      end();
    }
  }

  async function attempt<T>(run: (until: AbortSignal) => Promise<T>): Promise<T | undefined> {
    return step(run).catch(() => undefined);
  }
}

/** A lookup of nobody: what counts is that the answer is one. */
export const lookupOfNobody = (random: Random) =>
  LOOKUP_REQUEST.encode({ tags: [random.bytes(PRESENCE_TAG_BYTES)] });

function answersLookup(
  channel: FrameChannel,
  random: Random,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve(false);
    });
    channel.listen({
      onFrame: (frame) => {
        resolve(LOOKUP_RESPONSE.decode(frame) !== undefined);
      },
      onClose: () => {
        resolve(false);
      },
    });
    channel.send(lookupOfNobody(random));
  });
}
