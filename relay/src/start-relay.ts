import { createScope } from '#lib/domain/scope.ts';
import { hostAsked, isPlainHttps, nearestFirst, openUrl } from './ways/addresses.ts';
import { loadAppFiles } from './http/app-files.ts';
import { describeRelay } from './http/describe-relay.ts';
import { loadIdentity } from './process/identity.ts';
import { joinNetwork } from './neighbours/join-network.ts';
import { createLog, errorName } from './process/log.ts';
import type { Log } from './process/log.ts';
import { createMetrics } from './http/metrics.ts';
import { defaultOptions } from './options/options.ts';
import type { RelayOptions } from './options/options.ts';
import { widestFirst } from './neighbours/own-descriptor.ts';
import { createPages } from './http/pages.ts';
import type { TurnServer } from './turn/turn-server.ts';
import {
  claimData,
  createGuardedNode,
  createGuards,
  findWays,
  goLive,
  openPublicPort,
  runTurn,
  serve,
} from './start-steps.ts';
import type { Running, Start } from './start-steps.ts';
import { version } from './version.ts';

/** A running relay. */
export interface Relay {
  /** What to open in a browser. */
  readonly url: string;
  /** Where peers dial it, each ending in `/p2p/PEER-ID`. */
  readonly multiaddrs: readonly string[];
  readonly peerId: string;
  /** Whether there is an app to serve. */
  readonly hasApp: boolean;
  /** The STUN and TURN server beside it; `state` is `off` where there is none. */
  readonly turn: TurnServer;
  /** Its figures as they are now, in Prometheus' text; `/metrics` tells those of the last second. */
  figures(): Promise<string>;
  /** Counts an error that nothing was prepared for. */
  countUnexpected(): void;
  /** Ends everything within 2 s. */
  stop(): Promise<void>;
}

/**
 * Starts a relay. Options that are not given are as `--help` says.
 * @throws {OptionError} when an option cannot be had, such as a port in use.
 */
export async function startRelay(
  given: Partial<RelayOptions> = {},
  log: Log = createLog('error', (line) => void process.stderr.write(line)),
): Promise<Relay> {
  const options: RelayOptions = { ...defaultOptions(), ...given };
  const scope = createScope((error) => log.warn('not ended well', { error: errorName(error) }));
  try {
    return await start({ options, log, scope, metrics: createMetrics() });
  } catch (error) {
    await scope.stop();
    throw error;
  }
}

async function start(base: Start): Promise<Relay> {
  const { options, log, scope, metrics } = base;
  scope.add(() => metrics.stop());
  const privateKey = await loadIdentity(options.data);
  const pages = createPages(await loadAppFiles(options.app), {
    hasTls: isPlainHttps(options.publicUrl),
  });
  const running: Running = {};
  const guards = createGuards(base, running);
  const bound = await openPublicPort(base, running, guards, pages);
  await claimData(base);
  const ways = await findWays(base, bound);
  const turn = await runTurn(base, running, bound.host);
  const node = await createGuardedNode(base, guards, ways, privateKey);
  const peerId = node.peerId.toString();
  const multiaddrs = ways.announce.map((address) => `${address}/p2p/${peerId}`);
  const network = await joinNetwork({
    ...base,
    ...guards,
    node,
    privateKey,
    version,
    multiaddrs,
    hasTurn: () => turn.available,
  });
  running.clock = network.clock;
  running.neighbours = network.neighbours;
  await serve(base, guards, node, network, turn);
  await goLive(base, running, node, network);
  running.description = {
    hostOf: (header) => hostAsked(multiaddrs, header),
    to: (host) =>
      describeRelay(options, {
        peerId,
        multiaddrs: nearestFirst(widestFirst(multiaddrs), host),
        version,
        turn: turn.available,
        numbers: network.numbers,
      }),
  };
  log.info('started', { version, webrtcDirect: ways.webrtc !== undefined, app: pages.hasApp });
  return {
    url: openUrl(options, bound.port),
    multiaddrs,
    peerId,
    hasApp: pages.hasApp,
    turn,
    figures: metrics.text,
    countUnexpected: () => metrics.unexpected.inc(),
    async stop() {
      await scope.stop();
      log.info('stopped');
    },
  };
}
