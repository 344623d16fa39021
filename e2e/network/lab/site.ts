import { execute } from './execute.ts';
import { privateAddress, publicAddress } from './addresses.ts';
import { Namespace } from './namespace.ts';
import { natRules } from './nat.ts';
import type { NatType } from './nat.ts';
import type { LinkShape } from './shape.ts';
import { Wire } from './wire.ts';

/** One place where a machine can be on the internet: a link, and a NAT before it unless it has none. */
export interface Site {
  readonly nat: NatType;
  readonly wire: Wire;
  /** As the machine knows itself. */
  readonly address: string;
  /** As the internet knows it. */
  readonly publicAddress: string;
  /** Takes the machine's device down, as a cable that is pulled. */
  unplug(): void;
  /** Puts it up again, with the same address. */
  plug(): void;
  close(): Promise<void>;
}

/** Connects a machine to the internet at the site of that number. */
export async function openSite(
  machine: Namespace,
  site: number,
  nat: NatType,
  shape: LinkShape,
): Promise<Site> {
  return nat === 'none'
    ? openPublicSite(machine, site, shape)
    : openNatSite(machine, site, nat, shape);
}

/** A link whose near end is `wan` in `box`, with the public address of the site. */
async function connect(box: Namespace, site: number, shape: LinkShape): Promise<Wire> {
  const [far, address] = [`site${site}`, publicAddress(site)];
  const wire = await Wire.lay(box, 'wan', far, shape);
  execute(['ip', 'link', 'set', far, 'up']);
  execute(['ip', 'route', 'add', `${address}/32`, 'dev', far]);
  box.script(`
    ip address add ${address}/32 dev wan
    ip link set wan up
    ip route add default dev wan src ${address}`);
  return wire;
}

async function openPublicSite(machine: Namespace, site: number, shape: LinkShape): Promise<Site> {
  const wire = await connect(machine, site, shape);
  const address = publicAddress(site);
  return {
    nat: 'none',
    wire,
    address,
    publicAddress: address,
    unplug: () => void machine.script('ip link set wan down'),
    plug: () =>
      void machine.script(`ip link set wan up; ip route add default dev wan src ${address}`),
    close: () => wire.close(),
  };
}

async function openNatSite(
  machine: Namespace,
  site: number,
  nat: Exclude<NatType, 'none'>,
  shape: LinkShape,
): Promise<Site> {
  const [own, gateway] = [privateAddress(site, 2), privateAddress(site, 1)];
  const device = `eth${site}`;
  const box = new Namespace(`nat${site}`);
  const wire = await connect(box, site, shape);
  box.script(`
    echo 1 > /proc/sys/net/ipv4/ip_forward
    nft -f - <<'END'\n${natRules(nat)}\nEND
    ip link add name lan type veth peer name ${device} netns /run/netns/${machine.name}
    ip address add ${gateway}/24 dev lan
    ip link set lan up`);
  const plug = () =>
    void machine.script(`
      ip link set ${device} up
      ip route add default via ${gateway}`);
  machine.script(`ip address add ${own}/24 dev ${device}`);
  plug();
  return {
    nat,
    wire,
    address: own,
    publicAddress: publicAddress(site),
    unplug: () => void machine.script(`ip link set ${device} down`),
    plug,
    close: async () => {
      // Both ends of a pair of devices go with one; the namespace alone would be cleaned up later, by the kernel.
      machine.script(`ip link delete ${device}`);
      await wire.close();
      box.close();
    },
  };
}
