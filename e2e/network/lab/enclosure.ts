import { delimiter } from 'node:path';
import { run } from '../../../scripts/command.ts';
import { PUBLIC_NETWORK, SERVERS } from './addresses.ts';

/**
 * The laboratory is a program in namespaces of its own: network, processes, mounts, and outside of root also users.
 * Nothing in it has a way to the real network or a real process; two of them do not see each other; and however the
 * program ends, the kernel ends every process, device and mount with it.
 */

/** Set inside. */
const INSIDE = 'WOXLY_NETWORK_LAB';

/** Mounts are private to the namespace: boxes are named in `/run/netns`, and what is temporary stays in memory. */
const SET_UP = [
  'mount -t tmpfs tmpfs /run',
  'mkdir /run/netns /run/tmp',
  'ip link set lo up',
  ...SERVERS.map((address) => `ip address add ${address}/32 dev lo`),
  // The internet passes packets on, whichever way they came, and those to nobody vanish in silence.
  'echo 1 > /proc/sys/net/ipv4/ip_forward',
  'for which in all default; do echo 0 > /proc/sys/net/ipv4/conf/$which/rp_filter; done',
  `ip route add blackhole ${PUBLIC_NETWORK}`,
].join(' && ');

/** Whether this process is in a laboratory. */
export const isEnclosed = (): boolean => process.env[INSIDE] !== undefined;

/** The command line that runs another one in a laboratory. It ends with that one, and with its exit code. */
export function enclosed(line: readonly string[]): [string, ...string[]] {
  const asUser = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const kinds = ['--net', '--pid', '--mount', '--mount-proc', '--fork', '--kill-child'];
  const path = [process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter);
  const environment = [`${INSIDE}=1`, 'TMPDIR=/run/tmp', `PATH=${path}`];
  // The shell stays: as the first process it takes in the orphans of the others.
  const script = `${SET_UP} && { "$@"; exit $?; }`;
  const inside = ['env', ...environment, 'sh', '-c', script, 'sh', ...line];
  return ['unshare', ...asUser, ...kinds, '--', ...inside];
}

/** Why a laboratory cannot be had here, or `undefined`. Tries what the tests need most of the kernel. */
export async function whyNotEnclosed(): Promise<string | undefined> {
  const trial = [
    'ip netns add trial',
    'nsenter --net=/run/netns/trial nft add table ip trial',
    'nsenter --net=/run/netns/trial ip link add name here type veth peer name there',
    'nsenter --net=/run/netns/trial ip tuntap add mode tun name tunnel',
  ].join(' && ');
  const { code, output } = await run(enclosed(['sh', '-euc', trial]));
  if (code === 0) return undefined;
  const [why = ''] = output.trim().split('\n').slice(-1);
  return `the kernel does not allow it (${why})`;
}
