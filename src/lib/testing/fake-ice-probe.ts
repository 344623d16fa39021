import { WoxlyError } from '#lib/domain/errors.ts';
import type { Echo, IceAnswer, IceProbe } from '#lib/ports/ice-probe.ts';
import type { IceServer, OpenMicrophone } from '#lib/ports/media.ts';

/** Own voice that comes back as a test says. */
export class FakeEcho implements Echo {
  readonly turnHosts: readonly string[];
  closed = false;
  loudness = 0;
  delay: number | undefined;

  constructor(turnHosts: readonly string[]) {
    this.turnHosts = turnHosts;
  }

  level = (): number => (this.closed ? 0 : this.loudness);
  delayMs = (): Promise<number | undefined> => Promise.resolve(this.delay);

  close(): void {
    this.closed = true;
  }
}

/** STUN and TURN servers that answer as a test says. */
export class FakeIceProbe implements IceProbe {
  /** By URL; who is not here is silent until the signal. */
  readonly answers = new Map<string, IceAnswer | 'refuses'>();
  /** What STUN servers see of one local port, where it is not the same as {@link answers} say. */
  mapped: readonly string[] | undefined;
  /** What is asked never ends, whatever the signal says. */
  hangs = false;
  /** `wait`: no path comes up. */
  echoes: 'work' | 'fail' | 'wait' = 'work';
  turnHosts: readonly string[] = ['relay.example'];
  readonly opened: FakeEcho[] = [];
  /** Every URL that was asked. */
  readonly asked: string[] = [];

  async ask(
    servers: readonly IceServer[],
    signal: AbortSignal,
  ): Promise<readonly (IceAnswer | undefined)[]> {
    this.asked.push(...servers.flatMap(({ urls }) => urls));
    return this.#ask(servers, signal);
  }

  async mappings(servers: readonly IceServer[], signal: AbortSignal): Promise<readonly string[]> {
    const answers = (await this.#ask(servers, signal)).filter((answer) => answer !== undefined);
    if (answers.length === 0) return [];
    return [...new Set(this.mapped ?? answers.flatMap(({ mapped }) => mapped ?? []))];
  }

  /** One answer a server: that of the first of its URLs that has one. */
  async #ask(servers: readonly IceServer[], signal: AbortSignal) {
    if (this.hangs) await new Promise(() => undefined);
    if (signal.aborted) return servers.map(() => undefined);
    const answers = servers.map(({ urls }) => urls.map((url) => this.answers.get(url)));
    const found = answers.map((all) => all.find((answer) => typeof answer === 'object'));
    const isSilent = answers.some((all, at) => found[at] === undefined && all.includes(undefined));
    if (isSilent) await aborted(signal);
    return found;
  }

  async echo(
    _microphone: OpenMicrophone,
    _servers: readonly IceServer[],
    signal: AbortSignal,
  ): Promise<FakeEcho> {
    if (this.echoes === 'wait') await aborted(signal);
    if (this.echoes === 'fail' || signal.aborted) throw new WoxlyError('no-path');
    const echo = new FakeEcho(this.turnHosts);
    this.opened.push(echo);
    return echo;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}
