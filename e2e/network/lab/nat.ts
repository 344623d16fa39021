/** How the network before a person treats UDP (RFC 4787), from the kindest to the worst. */
export const NAT_TYPES = [
  /** No NAT: a public address. */
  'none',
  /** One port for all; lets everybody in. */
  'full-cone',
  /** One port for all; lets in hosts that were sent to. */
  'address-restricted',
  /** One port for all; lets in the ports that were sent to: most homes. */
  'port-restricted',
  /** A port for each destination; lets in that destination only: some mobile networks, large offices. */
  'symmetric',
  /** Only TCP to ports 80 and 443 gets out: strict offices. */
  'udp-blocked',
] as const;
export type NatType = (typeof NAT_TYPES)[number];

/** How long a mapping that nobody uses is kept; longer than any test. */
const MAPPING = 'flags dynamic,timeout; timeout 5m; size 65535';

/**
 * What makes a NAT accept more than answers: `known` is what it remembers of packets that went out, `learn` how,
 * and `admit` which packets it lets in by it.
 */
interface Cone {
  readonly known: string;
  readonly learn: string;
  readonly admit: string;
}

const CONES: Partial<Record<NatType, Cone>> = {
  'full-cone': {
    known: `map cone { type inet_service : ipv4_addr; ${MAPPING}; }`,
    learn: 'oifname "wan" meta l4proto udp update @cone { udp sport : ip saddr }',
    admit: 'iifname "wan" meta l4proto udp dnat to udp dport map @cone',
  },
  'address-restricted': {
    known: `map cone { type ipv4_addr . inet_service : ipv4_addr; ${MAPPING}; }`,
    learn: 'oifname "wan" meta l4proto udp update @cone { ip daddr . udp sport : ip saddr }',
    admit: 'iifname "wan" meta l4proto udp dnat to ip saddr . udp dport map @cone',
  },
};

/** The nftables rules of a gateway between `lan` and `wan`. One host is behind it, so ports can stay as they are. */
export function natRules(type: Exclude<NatType, 'none'>): string {
  const cone = CONES[type];
  const ports = type === 'symmetric' ? ' fully-random' : '';
  const out = type === 'udp-blocked' ? 'tcp dport { 80, 443 } ' : '';
  return `
    table ip nat_of_the_lab {
      ${cone?.known ?? ''}
      chain prerouting {
        type nat hook prerouting priority dstnat;
        ${cone?.admit ?? ''}
      }
      chain postrouting {
        type nat hook postrouting priority srcnat;
        oifname "wan" masquerade${ports}
      }
      chain forward {
        type filter hook forward priority filter; policy drop;
        ${cone?.learn ?? ''}
        ct state established,related accept
        iifname "lan" oifname "wan" ${out}accept
        iifname "wan" ct status dnat accept
      }
      chain input {
        type filter hook input priority filter; policy accept;
        # What nobody expects must vanish without a word. An ICMP answer would confirm its entry in the table of
        # connections, the host's own later packet to that peer would get another port, and a port-restricted NAT
        # would act like a symmetric one.
        iifname "wan" ct state new,invalid drop
      }
    }`;
}
