import { spawn } from 'node:child_process';
import type { ChildProcessByStdio, StdioOptions } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { execute } from './execute.ts';

/** A child whose input is written and whose two outputs are read. */
export type Piped = ChildProcessByStdio<Writable, Readable, Readable>;
const PIPED: StdioOptions = ['pipe', 'pipe', 'pipe'];

/** A box with a network of its own: a person's machine, or the NAT before it. */
export class Namespace {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    execute(['ip', 'netns', 'add', name]);
    // Without IPv6 and without the check of a packet's way back, which no host of the internet does for others.
    this.script(`
      for family in ipv6/conf/all ipv6/conf/default; do
        [ ! -e /proc/sys/net/$family ] || echo 1 > /proc/sys/net/$family/disable_ipv6
      done
      for which in all default; do echo 0 > /proc/sys/net/ipv4/conf/$which/rp_filter; done
      ip link set lo up`);
  }

  /** The command line that runs another one in here. It becomes that program: ending it by its id ends the program. */
  enter(line: readonly [string, ...string[]]): [string, ...string[]] {
    return ['nsenter', `--net=/run/netns/${this.name}`, '--', ...line];
  }

  /** Runs lines of shell in here, up to the first that fails. @throws with its words. */
  script(lines: string): string {
    return execute(this.enter(['sh', '-euc', lines]));
  }

  /** Starts a program in here; whoever does ends it. */
  spawn(line: readonly [string, ...string[]]): Piped {
    const [name, ...args] = this.enter(line);
    return spawn(name, args, { stdio: PIPED }) as Piped;
  }

  /** Takes the box away. Programs that still run in it lose every way out. */
  close(): void {
    execute(['ip', 'netns', 'delete', this.name]);
  }
}
