import type { IceAnswer } from '#lib/ports/ice-probe.ts';
import type { IceServer } from '#lib/ports/media.ts';
import type { NatKind } from './doctor.ts';
import type { Checklist } from './checklist.ts';
import type { DoctorPorts } from './doctor-ports.ts';
import { natKind } from './nat.ts';
import { hostOf, serverUrls } from './server-urls.ts';
import type { TurnTransport } from './server-urls.ts';
import { within } from './within.ts';

/** How long servers may take, ms: TURN over TLS needs five round trips, and a lost packet a second. */
const ASK_TIMEOUT_MS = 10_000;

/** What the network is like, and the TURN server that would carry a call. */
export interface NetworkFindings {
  readonly nat: NatKind;
  readonly via: string | undefined;
}

const quickest = (answers: readonly IceAnswer[]): IceAnswer | undefined =>
  answers.reduce<IceAnswer | undefined>(
    (best, one) => (best === undefined || one.tookMs < best.tookMs ? one : best),
    undefined,
  );

/** Asks STUN and TURN servers what gets through, and what NAT there is. */
export async function checkNetwork(
  { clock, probe }: Pick<DoctorPorts, 'clock' | 'probe'>,
  list: Checklist,
  servers: readonly IceServer[],
  signal: AbortSignal,
): Promise<NetworkFindings> {
  const { stun, turn } = serverUrls(servers);
  /** Answers in the order of the servers; whoever did not answer in time is left out. */
  const ask = async (given: readonly IceServer[]) => {
    if (given.length === 0) return [];
    const answers = await within(clock, ASK_TIMEOUT_MS, signal, (late) => probe.ask(given, late));
    return answers ?? [];
  };
  const askMappings = async () => {
    if (stun.length === 0) return [];
    const ask = (late: AbortSignal) => probe.mappings(stun, late);
    return (await within(clock, ASK_TIMEOUT_MS, signal, ask)) ?? [];
  };

  const askTurn = async (transport: TurnTransport): Promise<string | undefined> => {
    const given = turn[transport];
    if (given.length === 0) {
      list.setTurn(transport, { state: 'skipped' });
      return undefined;
    }
    list.setTurn(transport, { state: 'running' });
    const answers = await ask(given);
    const relayed = answers.flatMap((answer) => (answer?.relayed ? [answer] : []));
    if (signal.aborted) return undefined;
    const best = quickest(relayed);
    if (best === undefined) list.setTurn(transport, { state: 'bad' });
    else list.setTurn(transport, { state: 'good', tookMs: best.tookMs });
    const server = best && given[answers.indexOf(best)];
    return server && hostOf(server);
  };

  for (const check of ['udp', 'stun', 'nat'] as const) list.set(check, { state: 'running' });
  const [answers, mapped, viaUdp, viaTcp, viaTls] = await Promise.all([
    ask(stun),
    askMappings(),
    askTurn('udp'),
    askTurn('tcp'),
    askTurn('tls'),
  ]);
  const via = viaUdp ?? viaTcp ?? viaTls;
  if (signal.aborted) return { nat: 'unknown', via };

  const seen = stun.filter((_, at) => answers[at] !== undefined);
  const asked = stun.length + turn.udp.length > 0;
  const udp = asked ? seen.length > 0 || viaUdp !== undefined : undefined;
  list.set('udp', { state: udp === undefined ? 'skipped' : udp ? 'good' : 'bad' });
  const address = answers.find((answer) => answer?.mapped !== undefined)?.mapped ?? mapped[0];
  list.set('stun', {
    state: stun.length === 0 ? 'skipped' : seen.length > 0 ? 'good' : 'bad',
    ...(address !== undefined && { mapped: address }),
  });
  const nat = natKind({
    udp,
    open: answers.some((answer) => answer?.open === true),
    hosts: new Set(seen.map(hostOf)).size,
    mapped,
  });
  const isTroublesome = nat === 'symmetric' || nat === 'blocked';
  list.set('nat', {
    state: udp === undefined ? 'skipped' : isTroublesome ? 'warning' : 'good',
    kind: nat,
  });
  return { nat, via };
}
