import { RELAY_V2_HOP_CODEC } from '@libp2p/circuit-relay-v2';
import type { Connection } from '@libp2p/interface';
import type { GossipSub } from '@libp2p/gossipsub';
import {
  LOOKUP_PROTOCOL,
  NEIGHBOUR_PROTOCOL,
  RELAYS_PROTOCOL,
  TURN_PROTOCOL,
  WATCH_PROTOCOL,
} from '#lib/protocol/names.ts';
import { insideOf } from '#lib/patches/inside.ts';
import type { Budget } from '#lib/patches/stream-budget.ts';
import { guardUpgrades } from '#lib/patches/upgrade-guard.ts';
import type { CpuBudget } from '../limits/cpu-budget.ts';
import type { Metrics } from '../http/metrics.ts';
import type { NodeParts } from './node.ts';

/** What a protocol's stream takes, and what metrics call it; ms, measured on one core of 2026. */
const PROTOCOLS = new Map([
  // 1.6 for a reservation, which is signed, 2.7 for a circuit.
  [RELAY_V2_HOP_CODEC, { name: 'hop', cost: 2.2 }],
  [LOOKUP_PROTOCOL, { name: 'lookup', cost: 1 }],
  [WATCH_PROTOCOL, { name: 'watch', cost: 2 }],
  [TURN_PROTOCOL, { name: 'turn', cost: 1 }],
  [RELAYS_PROTOCOL, { name: 'relays', cost: 1 }],
  [NEIGHBOUR_PROTOCOL, { name: 'neighbour', cost: 4 }],
]);
const OTHER = { name: 'other', cost: 0.5 };
/** A gossipsub message, whose signature is checked, a subscription or a line of control, and a message that it names, ms. */
const GOSSIP_MESSAGE_MS = 0.5;
const GOSSIP_LINE_MS = 0.1;
const GOSSIP_NAMED_MS = 0.002;

const cut = (connection: Connection, metrics: Metrics): void => {
  metrics.connectionsCut.inc({ reason: 'cpu' });
  connection.abort(new Error('the peer makes this relay compute too much'));
};

/** Charges every stream that a peer opens to what it may make this relay compute, and limits handshakes. */
export function guardNode(
  { registrar: made, upgrader }: NodeParts,
  init: { readonly cpu: CpuBudget; readonly budget: Budget; readonly metrics: Metrics },
): void {
  const { cpu, metrics } = init;
  guardUpgrades({ upgrader }, init.budget);
  const registrar = insideOf<NodeParts['registrar']>('stream-handlers', made);
  const handle = registrar.handle.bind(registrar);
  registrar.handle = (protocol, handler, options) => {
    const { name, cost } = PROTOCOLS.get(protocol) ?? OTHER;
    return handle(
      protocol,
      (stream, connection) => {
        const verdict = cpu.ask(connection, cost);
        if (verdict === 'granted') return handler(stream, connection);
        metrics.streamsDropped.inc({ protocol: name, reason: 'too-often' });
        stream.abort(new Error('too much was asked for'));
        if (verdict === 'cut') cut(connection, metrics);
      },
      options,
    );
  };
}

/** The parts of what gossipsub hears that are counted. */
interface Rpc {
  readonly subscriptions?: readonly unknown[];
  readonly messages?: readonly unknown[];
  readonly control?: Readonly<Record<string, readonly Line[] | undefined>>;
}
interface Line {
  readonly messageIDs?: readonly unknown[];
}

/** What it takes to work through what was heard, ms. */
function costOf({ subscriptions = [], messages = [], control = {} }: Rpc): number {
  const lines = Object.values(control).flatMap((list) => list ?? []);
  const named = lines.reduce((sum, { messageIDs }) => sum + (messageIDs?.length ?? 0), 0);
  return (
    messages.length * GOSSIP_MESSAGE_MS +
    (1 + subscriptions.length + lines.length) * GOSSIP_LINE_MS +
    named * GOSSIP_NAMED_MS
  );
}

/** What is used of the package's inside. */
interface PackageGossip {
  handleReceivedRpc(from: { toString(): string }, rpc: Rpc): Promise<void>;
}

/** The same for what comes over a stream of gossipsub, which stays open. */
export function chargeGossip(
  gossip: GossipSub,
  init: {
    readonly cpu: CpuBudget;
    readonly metrics: Metrics;
    readonly connectionTo: (peer: string) => Connection | undefined;
  },
): void {
  const inside = insideOf<PackageGossip>('gossip-cost', gossip);
  const receive = inside.handleReceivedRpc.bind(inside);
  inside.handleReceivedRpc = (from, rpc) => {
    const connection = init.connectionTo(from.toString());
    if (connection === undefined) return Promise.resolve();
    const verdict = init.cpu.ask(connection, costOf(rpc));
    if (verdict === 'granted') return receive(from, rpc);
    init.metrics.streamsDropped.inc({ protocol: 'gossipsub', reason: 'too-often' });
    if (verdict === 'cut') cut(connection, init.metrics);
    return Promise.resolve();
  };
}
