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
  /** Gives the machine's device its address and puts it up, as a cable that is plugged in. */
  plug(): void;
  /** Takes both away, as a cable that is pulled. */
  unplug(): void;
  close(): Promise<void>;
}

/** Makes the site of that number for a machine, up to the cable, which is not plugged in yet. */
export function openSite(
  machine: Namespace,
  site: number,
  nat: NatType,
  shape: LinkShape,
): Promise<Site> {
  return nat === 'none'
    ? openPublicSite(machine, site, shape)
    : openNatSite(machine, site, nat, shape);
}

/** Lays a link from `device` in `box` to the internet, which sends the public address of the site down it. */
async function connect(
  box: Namespace,
  device: string,
  site: number,
  shape: LinkShape,
): Promise<Wire> {
  const far = `site${site}`;
  const wire = await Wire.lay(box, device, far, shape);
  execute(['ip', 'link', 'set', far, 'up']);
  execute(['ip', 'route', 'add', `${publicAddress(site)}/32`, 'dev', far]);
  return wire;
}

/** The near end of the link to the internet gets its address. */
const goOnline = (box: Namespace, device: string, address: string): string =>
  box.script(`
    ip address add ${address}/32 dev ${device}
    ip link set ${device} up
    ip route add default dev ${device} src ${address}`);

const goOffline = (box: Namespace, device: string): string =>
  box.script(`
    ip address flush dev ${device}
    ip link set ${device} down`);

async function openPublicSite(machine: Namespace, site: number, shape: LinkShape): Promise<Site> {
  const device = `wan${site}`;
  const wire = await connect(machine, device, site, shape);
  const address = publicAddress(site);
  return {
    nat: 'none',
    wire,
    address,
    publicAddress: address,
    plug: () => void goOnline(machine, device, address),
    unplug: () => void goOffline(machine, device),
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
  const wire = await connect(box, 'wan', site, shape);
  goOnline(box, 'wan', publicAddress(site));
  box.script(`
    echo 1 > /proc/sys/net/ipv4/ip_forward
    nft -f - <<'END'\n${natRules(nat)}\nEND
    ip link add name lan type veth peer name ${device} netns /run/netns/${machine.name}
    ip address add ${gateway}/24 dev lan
    ip link set lan up`);
  return {
    nat,
    wire,
    address: own,
    publicAddress: publicAddress(site),
    plug: () =>
      void machine.script(`
        ip address add ${own}/24 dev ${device}
        ip link set ${device} up
        ip route add default via ${gateway}`),
    unplug: () => void goOffline(machine, device),
    close: async () => {
      // Both ends of a pair of devices go with one; the namespace alone would be cleaned up later, by the kernel.
      machine.script(`ip link delete ${device}`);
      await wire.close();
      box.close();
    },
  };
}
