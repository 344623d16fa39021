import * as v from 'valibot';
import {
  ANY_SIZE,
  ipAddress,
  isAddressPair,
  isHost,
  list,
  onOff,
  ownNetworks,
  text,
  wholeNumber,
} from '../options/option-shapes.ts';

/** The options of the STUN and TURN server beside the relay: a part of the one table, and written as it is. */
export const TURN_OPTIONS = {
  turn: {
    schema: v.optional(v.union([v.literal('auto'), onOff], 'must be auto, true or false'), 'auto'),
    value: 'WHEN',
    about: 'run a STUN and TURN server (coturn) beside the relay; auto: if it is installed',
  },
  turnServer: {
    schema: v.optional(text('must be a file'), ''),
    value: 'FILE',
    about: "coturn's turnserver; looked for in PATH unless given",
  },
  turnHost: {
    schema: v.optional(ipAddress, ''),
    value: 'IP',
    about: 'address for TURN; as --webrtc-host, then --host, unless given',
  },
  turnAnnounce: {
    schema: v.optional(
      text('must be a host name or an IP address', (host) => host === '' || isHost(host)),
      '',
    ),
    value: 'HOST',
    about:
      'how browsers reach the TURN server; the host of --public-url, the outer address or --turn-host unless given',
  },
  turnPort: {
    schema: v.optional(wholeNumber(0, 65_535), 3478),
    value: 'N',
    about:
      'UDP and TCP port for STUN and TURN; a free one where it is 0, or --port is, or only this machine can come and it is taken',
  },
  turnTlsPort: {
    schema: v.optional(wholeNumber(1, 65_535), 5349),
    value: 'N',
    about: 'TCP port for TURN over TLS; 443 gets through most firewalls',
  },
  turnCertificate: {
    schema: v.optional(text('must be a file'), ''),
    value: 'FILE',
    about: 'certificate chain (PEM) for TURN over TLS; without it there is none',
  },
  turnKey: {
    schema: v.optional(text('must be a file'), ''),
    value: 'FILE',
    about: 'private key (PEM) of that certificate',
  },
  turnExternalIp: {
    schema: v.optional(
      list('must be IP addresses, or pairs OUTER/INNER, separated by commas', isAddressPair),
      '',
    ),
    value: 'LIST',
    about: 'outer addresses of a machine behind NAT; OUTER/INNER where it has several',
  },
  turnMinPort: {
    schema: v.optional(wholeNumber(1024, 65_535), 49_152),
    value: 'N',
    about: 'least UDP port from which TURN relays',
  },
  turnMaxPort: {
    schema: v.optional(wholeNumber(1024, 65_535), 65_535),
    value: 'N',
    about: 'highest UDP port from which TURN relays',
  },
  turnAllowPeer: {
    schema: v.optional(ownNetworks('TURN would reach everything'), ''),
    value: 'LIST',
    about:
      'private networks to which TURN may relay although it refuses such; for networks of your own only',
  },
  turnUserQuota: {
    schema: v.optional(wholeNumber(1, 1_000_000), 128),
    value: 'N',
    about:
      'TURN allocations at once of one IP address (of an IPv6 /48); a call takes up to six, and as many again while it moves',
  },
  turnTotalQuota: {
    schema: v.optional(wholeNumber(1, 1_000_000), 1200),
    value: 'N',
    about: 'TURN allocations at once',
  },
  turnMaxBps: {
    schema: v.optional(wholeNumber(1000, ANY_SIZE), 250_000),
    value: 'BYTES',
    about: 'bytes a second of one TURN allocation, each direction',
  },
  turnBpsCapacity: {
    schema: v.optional(wholeNumber(1000, ANY_SIZE), 300_000_000),
    value: 'BYTES',
    about: 'bytes a second of all TURN allocations; each takes --turn-max-bps of it, used or not',
  },
} as const;
