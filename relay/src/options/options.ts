import * as v from 'valibot';
import { dialTarget } from '../neighbours/dial-target.ts';
import { NEIGHBOURS_DEFAULT, READ_TIMEOUT_MS } from '../limits/limits.ts';
import { LOG_LEVELS } from '../process/log.ts';
import { METRICS_READERS } from '../http/metrics-access.ts';
import {
  ANY_SIZE,
  ipAddress,
  isHost,
  isMultiaddr,
  isOrigin,
  list,
  onOff,
  ownNetworks,
  text,
  wholeNumber,
} from './option-shapes.ts';
import { TURN_OPTIONS } from '../turn/turn-options.ts';

/**
 * Every option of the relay, once: flags, environment variables, configuration keys, defaults and `--help` all
 * derive from this table. `value` is what `--help` shows after the flag; an option without it is a switch.
 */

export const OPTIONS = {
  port: {
    schema: v.optional(wholeNumber(0, 65_535), 8080),
    value: 'N',
    about: 'TCP port for the app and for WebSocket; 0 takes a free one',
  },
  host: {
    schema: v.optional(text('must be a host name or an IP address', isHost), 'localhost'),
    value: 'HOST',
    about: 'address to listen on; 0.0.0.0 for every IPv4 interface, :: for IPv6 as well',
  },
  data: {
    schema: v.optional(
      text('must be a folder', (path) => path !== ''),
      './data',
    ),
    value: 'FOLDER',
    about: 'where the keys of this relay are kept',
  },
  app: {
    schema: v.optional(
      text('must be a folder', (path) => path !== ''),
      'build',
    ),
    value: 'FOLDER',
    about: 'the built app to serve',
  },
  operator: {
    schema: v.optional(
      text('must be at most 64 characters', (name) => name.length <= 64),
      '',
    ),
    value: 'NAME',
    about: 'who runs this relay, shown to people',
  },
  publicUrl: {
    schema: v.optional(text('must be an http or https URL without a path', isOrigin), ''),
    value: 'URL',
    about: 'how browsers reach this relay, when a reverse proxy or a name stands before it',
  },
  announce: {
    schema: v.optional(list('must be multiaddrs, separated by commas', isMultiaddr), ''),
    value: 'LIST',
    about: 'more multiaddrs under which this relay can be dialled',
  },
  peer: {
    schema: v.optional(
      list(
        'must be WebSocket multiaddrs of relays, each ending in /p2p/ and a peer ID',
        (address) => dialTarget(address) !== undefined,
      ),
      '',
    ),
    value: 'LIST',
    about: 'relays to stay connected with; may be given several times',
  },
  neighbours: {
    schema: v.optional(wholeNumber(0, 64), NEIGHBOURS_DEFAULT),
    value: 'N',
    about: 'relays to be connected with; what --peer does not name is found in the directory',
  },
  privatePeers: {
    schema: v.optional(onOff, false),
    about: 'dial relays of the directory at private addresses too: for a network of your own',
  },
  trustedProxy: {
    schema: v.optional(ownNetworks('everybody could claim to be anybody'), ''),
    value: 'LIST',
    about: 'reverse proxies whose X-Forwarded-For names the real address; nobody else is believed',
  },
  webrtcDirect: {
    schema: v.optional(onOff, true),
    about: 'accept WebRTC-direct over UDP (no certificate authority and no domain name needed)',
  },
  webrtcHost: {
    schema: v.optional(ipAddress, ''),
    value: 'IP',
    about: 'address for WebRTC-direct; as --host unless given',
  },
  webrtcPort: {
    schema: v.optional(wholeNumber(0, 65_535), 0),
    value: 'N',
    about: 'UDP port for WebRTC-direct; 0 takes the number of the TCP port',
  },
  maxConnections: {
    schema: v.optional(wholeNumber(1, 1_000_000), 2000),
    value: 'N',
    about: 'connections at once',
  },
  maxReservations: {
    schema: v.optional(wholeNumber(0, 1_000_000), 1000),
    value: 'N',
    about: 'reservations at once: peers that can be called through this relay',
  },
  reservationTtl: {
    schema: v.optional(wholeNumber(10, 86_400), 1800),
    value: 'SECONDS',
    about: 'how long a reservation holds unless renewed',
  },
  circuitBytes: {
    schema: v.optional(wholeNumber(1024, ANY_SIZE), 1_048_576),
    value: 'BYTES',
    about: 'what one circuit may carry, both directions together',
  },
  circuitSeconds: {
    schema: v.optional(wholeNumber(1, 86_400), 600),
    value: 'SECONDS',
    about: 'how long one circuit may live',
  },
  circuitsPerSource: {
    schema: v.optional(wholeNumber(0, 10_000), 8),
    value: 'N',
    about: 'live circuits that one peer may have opened',
  },
  reservationsPerAddress: {
    schema: v.optional(wholeNumber(0, 1_000_000), 128),
    value: 'N',
    about:
      'reservations of one IP address (of an IPv6 /64) at most; the fuller the relay, the fewer, down to 8',
  },
  connectionsPerAddress: {
    schema: v.optional(wholeNumber(1, 1_000_000), 128),
    value: 'N',
    about: 'connections at once of one IP address',
  },
  connectionsPerMinute: {
    schema: v.optional(wholeNumber(1, 1_000_000), 60),
    value: 'N',
    about: 'new connections a minute of one IP address',
  },
  readTimeout: {
    schema: v.optional(wholeNumber(1, 600_000), READ_TIMEOUT_MS),
    value: 'MS',
    about: 'how long a peer may take to send what it began, in milliseconds',
  },
  exemptLoopback: {
    schema: v.optional(v.union([v.literal('auto'), onOff], 'must be auto, true or false'), 'auto'),
    value: 'WHEN',
    about:
      'no limits per address for this machine itself; auto: when only this machine can come (host is loopback, and neither public-url nor trusted-proxy is set)',
  },
  presenceBytes: {
    schema: v.optional(wholeNumber(65_536, ANY_SIZE), 67_108_864),
    value: 'BYTES',
    about: 'memory for presence records',
  },
  metrics: {
    schema: v.optional(
      v.picklist(METRICS_READERS, `must be one of ${METRICS_READERS.join(', ')}`),
      'private',
    ),
    value: 'WHO',
    about:
      'who may read /metrics: private (this machine and private networks), all, or off (nobody)',
  },
  ...TURN_OPTIONS,
  logLevel: {
    schema: v.optional(v.picklist(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`), 'info'),
    value: 'LEVEL',
    about: `least level of the log on stderr: ${LOG_LEVELS.join(', ')}`,
  },
  config: {
    schema: v.optional(text('must be a file'), ''),
    value: 'FILE',
    about: 'JSON file with any of these options, named as the flags without the dashes',
  },
} as const;

export type OptionName = keyof typeof OPTIONS;
export const OPTION_NAMES = Object.keys(OPTIONS) as OptionName[];

type Schemas = { readonly [Name in OptionName]: (typeof OPTIONS)[Name]['schema'] };

/** The one schema: what flags, environment and file together must be. Its output is {@link RelayOptions}. */
export const OPTIONS_SCHEMA = v.strictObject(
  Object.fromEntries(OPTION_NAMES.map((name) => [name, OPTIONS[name].schema])) as Schemas,
);
export type RelayOptions = v.InferOutput<typeof OPTIONS_SCHEMA>;

/** Every option as it is when nobody says otherwise. */
export const defaultOptions = (): RelayOptions => v.parse(OPTIONS_SCHEMA, {});

/** `maxReservations` → `max-reservations`, the name in flags and configuration files. */
export const flagName = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `maxReservations` → `WOXLY_MAX_RESERVATIONS`. */
export const environmentName = (name: string): string =>
  `WOXLY_${flagName(name).replaceAll('-', '_').toUpperCase()}`;

/** An option without a value after its flag. */
export const isSwitch = (name: OptionName): boolean => !('value' in OPTIONS[name]);
