import type { NatKind } from './doctor.ts';

/** What is known of how this side of the network changes addresses. */
export interface NatSigns {
  /** Whether UDP gets out; `undefined` when nobody could be asked. */
  readonly udp: boolean | undefined;
  /** A server sees the very address that this device has. */
  readonly open: boolean;
  /** STUN servers on different hosts that answered. */
  readonly hosts: number;
  /** What they see of one local port, each once. */
  readonly mapped: readonly string[];
}

const isV6 = (mapped: string): boolean => mapped.startsWith('[') || mapped.split(':').length > 2;

/** The mapping behaviour (RFC 4787, 4.1). One server alone cannot tell a cone from a symmetric NAT. */
export function natKind({ udp, open, hosts, mapped }: NatSigns): NatKind {
  if (udp === undefined) return 'unknown';
  if (!udp) return 'blocked';
  // An address of each family is no sign: those are two paths.
  const families = [mapped.filter(isV6), mapped.filter((one) => !isV6(one))];
  if (families.some((family) => family.length > 1)) return 'symmetric';
  if (open) return 'open';
  return hosts > 1 && mapped.length > 0 ? 'cone' : 'unknown';
}
