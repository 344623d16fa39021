import { accessSync, constants, unwatchFile, watchFile } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { TURN_RESERVE_SHARE } from '../limits/limits.ts';
import type { Log } from '../process/log.ts';
import type { RelayOptions } from '../options/options.ts';
import { OptionError } from '../options/read-options.ts';
import { turnConfiguration } from './configuration.ts';
import type { TurnSetup } from './configuration.ts';
import { credentialsFor, loadSecret, nameOfAddress, OWN_NAME } from './credentials.ts';
import type { TurnCredentials } from './credentials.ts';
import { findTurnserver, isOldTurnserver, turnserverVersion } from './find-turnserver.ts';
import { freePort, isPortFree } from './free-port.ts';
import type { TurnPlace } from './place.ts';
import { createTurnReports } from './reports.ts';
import type { TurnRefusal } from './reports.ts';
import { supervise } from './supervisor.ts';
import { turnAnswers } from './turn-ping.ts';
import { runTurnserver } from './turn-process.ts';
import { turnUrls } from './urls.ts';

/** The STUN and TURN server of a relay. */
export interface TurnServer {
  /** Whether peers can be sent to it now. */
  readonly available: boolean;
  /** For `/healthz`. `off`: this relay has none. */
  readonly state: 'off' | 'starting' | 'up' | 'down';
  readonly restarts: number;
  readonly allocations: number;
  /** Where it is, best first; empty unless {@link available}. */
  readonly urls: readonly string[];
  /** Whether so much is allocated that the rest is kept for those who were here before. */
  readonly isScarce: boolean;
  /** What an address is called in credentials. */
  nameOf(address: string): string;
  /** @param user Who shares a quota. */
  credentials(user: string): TurnCredentials;
  stop(): Promise<void>;
}

export type TurnOptions = Pick<RelayOptions, Extract<keyof RelayOptions, `turn${string}`> | 'data'>;

/** How often the certificate and the key are looked at, ms: a renewed one is taken into use. */
const CERTIFICATE_LOOK_MS = 60_000;

const noServer = (): never => {
  throw new Error('there is no TURN server');
};
const NONE: TurnServer = {
  available: false,
  state: 'off',
  restarts: 0,
  allocations: 0,
  isScarce: false,
  urls: [],
  nameOf: noServer,
  credentials: noServer,
  stop: () => Promise.resolve(),
};

/** Its certificate and key, if there are both. @throws {OptionError} when one cannot be read. */
function tlsOf(options: TurnOptions): TurnSetup['tls'] {
  const { turnCertificate, turnKey, turnTlsPort } = options;
  if (turnCertificate === '' && turnKey === '') return undefined;
  for (const [flag, path] of [
    ['--turn-certificate', turnCertificate],
    ['--turn-key', turnKey],
  ] as const) {
    try {
      accessSync(path, constants.R_OK);
    } catch (error) {
      throw new OptionError(`${flag}: ${path || 'nothing'} cannot be read`, { cause: error });
    }
  }
  return { port: turnTlsPort, certificate: resolve(turnCertificate), key: resolve(turnKey) };
}

/**
 * Finds coturn and keeps it running beside the relay. Where it is not installed the relay says so once and goes on
 * without. Resolves when the server is up, or has failed to come up for the first time.
 * @throws {OptionError} when it was asked for and cannot be had.
 */
export async function startTurnServer(init: {
  readonly options: TurnOptions;
  /** Where to listen, and what to tell browsers; `undefined` when nobody could reach it. */
  readonly place: TurnPlace | undefined;
  /** Whether the relay's own port was left to chance: then so is this one. */
  readonly anyPort: boolean;
  readonly log: Log;
  readonly onRefused: (refusal: TurnRefusal) => void;
  readonly find?: typeof findTurnserver;
  /** How often to look at the certificate, ms; for tests. */
  readonly certificateLookMs?: number;
  /** How often to ask the running server, ms; for tests. */
  readonly watchMs?: number;
}): Promise<TurnServer> {
  const { options, place, log } = init;
  if (options.turn === false) return NONE;
  const program = await (init.find ?? findTurnserver)(
    options.turnServer,
    process.env['PATH'] ?? '',
  );
  if (program === undefined) {
    if (options.turn === true || options.turnServer !== '') {
      throw new OptionError(
        `--turn${options.turnServer && '-server'}: coturn's turnserver was not found`,
      );
    }
    log.info('no turn server: coturn is not installed');
    return NONE;
  }
  if (place === undefined) {
    log.warn('no turn server: it would only be reached from this machine, see --turn-host');
    return NONE;
  }
  const { local, addresses, host } = place;
  const [first = host] = addresses;
  const tls = tlsOf(options);
  const folder = resolve(options.data, 'turn');
  const secret = await loadSecret(options.data);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const version = await turnserverVersion(program);
  if (!local && isOldTurnserver(version)) {
    log.warn('this coturn has a known hole (CVE-2026-27624), fixed in 4.9', {
      version: version ?? 'unknown',
    });
  }

  let port = options.turnPort;
  if (init.anyPort || port === 0) port = await freePort(first);
  else if (local && !(await isPortFree(first, port))) {
    const taken = port;
    port = await freePort(first);
    log.info('the turn port is taken, another is used', { taken, port });
  }
  // A port that the operator opened in a firewall cannot be exchanged: the supervisor waits until it is free.

  const file = join(folder, 'turnserver.conf');
  const reports = createTurnReports(init.onRefused, options.turnTotalQuota);
  const most = Math.min(options.turnTotalQuota, options.turnBpsCapacity / options.turnMaxBps);
  const setup: TurnSetup = {
    addresses,
    port,
    ...(tls && { tls: { ...tls, port: init.anyPort ? await freePort(first) : tls.port } }),
    secret,
    externalIps: options.turnExternalIp,
    minPort: options.turnMinPort,
    maxPort: options.turnMaxPort,
    allowedPeers: [...place.allowedPeers, ...options.turnAllowPeer],
    local,
    userQuota: options.turnUserQuota,
    totalQuota: options.turnTotalQuota,
    maxBps: options.turnMaxBps,
    bpsCapacity: options.turnBpsCapacity,
    folder,
  };
  const supervisor = supervise({
    async run() {
      if (!(await isPortFree(first, port))) {
        log.warn('the turn port is taken', { port });
        throw new Error('the turn port is taken');
      }
      await writeFile(file, turnConfiguration(setup), { mode: 0o600 });
      reports.reset();
      return runTurnserver(program, file, reports.line);
    },
    answers: (signal) =>
      turnAnswers(first, port, credentialsFor(OWN_NAME, secret, Date.now()), signal),
    onState: (state) => {
      if (state === 'up') log.info('turn server is up', { version: version ?? 'unknown', port });
      else log.warn('turn server is not up', { state });
    },
    now: () => performance.now(),
    ...(init.watchMs !== undefined && { watchMs: init.watchMs }),
  });
  const certificateFiles = tls === undefined ? [] : [tls.certificate, tls.key];
  const onRenewed = () => {
    try {
      tlsOf(options);
    } catch (error) {
      log.warn('the new turn certificate cannot be read', { error: String(error) });
      return;
    }
    log.info('turn certificate renewed');
    supervisor.reload();
  };
  for (const path of certificateFiles) {
    // Looked at, not listened for: what is named is a link to another file each time, as certbot does it.
    const interval = init.certificateLookMs ?? CERTIFICATE_LOOK_MS;
    watchFile(path, { persistent: false, interval }, onRenewed);
  }
  await supervisor.tried;
  // Also in the moment of a restart: it comes back at the same place.
  const isAvailable = () => supervisor.state !== 'down';
  const urls = turnUrls(host, port, setup.tls?.port);
  return {
    get available() {
      return isAvailable();
    },
    get state() {
      return supervisor.state;
    },
    get restarts() {
      return supervisor.restarts;
    },
    get allocations() {
      return reports.allocations;
    },
    get urls() {
      return isAvailable() ? urls : [];
    },
    get isScarce() {
      return reports.allocations >= most * (1 - TURN_RESERVE_SHARE);
    },
    nameOf: (address) => nameOfAddress(address, secret),
    credentials: (user) => credentialsFor(user, secret, Date.now()),
    stop() {
      for (const path of certificateFiles) unwatchFile(path, onRenewed);
      return supervisor.stop();
    },
  };
}
