import { isIPv6 } from 'node:net';
import { DENIED_PEERS, rangeOf } from './peer-ranges.ts';

/** What the TURN server is told; every value was checked by the table of options. */
export interface TurnSetup {
  /** IP addresses to listen on, and to relay from. */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly tls?: { readonly port: number; readonly certificate: string; readonly key: string };
  readonly secret: string;
  readonly externalIps: readonly string[];
  readonly minPort: number;
  readonly maxPort: number;
  /** Networks that are peers although {@link DENIED_PEERS} has them. */
  readonly allowedPeers: readonly string[];
  /** Only this machine can come: peers on loopback are its own. */
  readonly local: boolean;
  readonly userQuota: number;
  readonly totalQuota: number;
  /** Bytes a second. */
  readonly maxBps: number;
  readonly bpsCapacity: number;
  /** Where the server may write. */
  readonly folder: string;
}

const TURN_REALM = 'woxly';

/** Unspecified, in any spelling: coturn takes a range that begins with it for one of both families. */
const V6_UNSPECIFIED = /^0(:0){7}$/;

const span = (network: string): string => {
  const { first, last } = rangeOf(network);
  if (first === last) return first;
  return `${V6_UNSPECIFIED.test(first) ? '::1' : first}-${last}`;
};

/** The text of coturn's configuration file. */
export function turnConfiguration(setup: TurnSetup): string {
  const { tls, folder } = setup;
  const lines = [
    ...setup.addresses.map((address) => `listening-ip=${address}`),
    ...setup.addresses.map((address) => `relay-ip=${address}`),
    ...setup.externalIps.map((address) => `external-ip=${address}`),
    // Browsers name no family, and IPv4 is meant then: they would be refused (440) by a server that has none.
    ...(setup.addresses.every(isIPv6) ? ['allocation-default-address-family=ipv6'] : []),
    `listening-port=${setup.port}`,
    ...(tls === undefined
      ? ['no-tls']
      : [
          `tls-listening-port=${tls.port}`,
          `cert=${tls.certificate}`,
          `pkey=${tls.key}`,
          'no-tlsv1',
          'no-tlsv1_1',
        ]),
    'no-dtls',
    `min-port=${setup.minPort}`,
    `max-port=${setup.maxPort}`,
    'use-auth-secret',
    `static-auth-secret=${setup.secret}`,
    `realm=${TURN_REALM}`,
    'stale-nonce=600',
    'fingerprint',
    `user-quota=${setup.userQuota}`,
    `total-quota=${setup.totalQuota}`,
    `max-bps=${setup.maxBps}`,
    `bps-capacity=${setup.bpsCapacity}`,
    'no-tcp-relay',
    'no-multicast-peers',
    ...(setup.local ? ['allow-loopback-peers'] : []),
    // What is allowed is looked at first.
    ...setup.allowedPeers.map((network) => `allowed-peer-ip=${span(network)}`),
    ...DENIED_PEERS.map((network) => `denied-peer-ip=${span(network)}`),
    'no-cli',
    'no-software-attribute',
    // Its answers are larger than the questions: an amplifier.
    'no-rfc5780',
    // Nothing but this file decides: the database of the package could hold other secrets and ranges.
    `userdb=${folder}/turndb`,
    'no-dynamic-ip-list',
    'no-dynamic-realms',
    'no-auth-pings',
    `pidfile=${folder}/turnserver.pid`,
    'log-file=stdout',
    'simple-log',
    // The relay reads the log for its metrics and keeps none of it.
    'verbose',
  ];
  return `${lines.join('\n')}\n`;
}
