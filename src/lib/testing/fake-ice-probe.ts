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

  level = (): number => this.loudness;
  delayMs = (): Promise<number | undefined> => Promise.resolve(this.delay);

  close(): void {
    this.closed = true;
  }
}

/** STUN and TURN servers that answer as a test says. */
export class FakeIceProbe implements IceProbe {
  /** By URL; who is not here is silent until the signal. */
  readonly answers = new Map<string, IceAnswer>();
  mapped: readonly string[] = [];
  /** What is asked never ends, whatever the signal says. */
  hangs = false;
  echoes: 'work' | 'fail' | 'wait' = 'work';
  turnHosts: readonly string[] = ['relay.example'];
  readonly opened: FakeEcho[] = [];
  /** Every URL that was asked. */
  readonly asked: string[] = [];

  async ask(servers: readonly IceServer[], signal: AbortSignal) {
    const urls = servers.flatMap((server) => server.urls);
    this.asked.push(...urls);
    const answers = urls.map((url) => this.answers.get(url));
    if (this.hangs) await new Promise(() => undefined);
    if (answers.includes(undefined)) await aborted(signal);
    return answers;
  }

  async mappings(servers: readonly IceServer[], signal: AbortSignal): Promise<readonly string[]> {
    if (this.hangs) await new Promise(() => undefined);
    const isSilent = ({ urls }: IceServer) => !urls.some((url) => this.answers.has(url));
    if (servers.some(isSilent)) await aborted(signal);
    return servers.every(isSilent) ? [] : this.mapped;
  }

  async echo(
    _microphone: OpenMicrophone,
    _servers: readonly IceServer[],
    signal: AbortSignal,
  ): Promise<FakeEcho> {
    if (this.echoes === 'wait') await aborted(signal);
    if (this.echoes === 'fail') throw new WoxlyError('no-path');
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
