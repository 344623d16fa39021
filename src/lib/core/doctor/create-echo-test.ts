import type { Settings } from '#lib/domain/settings.ts';
import type { Scope } from '#lib/domain/scope.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Echo, IceProbe } from '#lib/ports/ice-probe.ts';
import type { IceServer, Microphones, OpenMicrophone } from '#lib/ports/media.ts';
import { Watchers } from '../watchable.ts';
import type { EchoTest } from './echo-test.ts';
import type { Reachability } from '../relays/reachability.ts';
import { MICROPHONE_TIMEOUT_MS, microphoneProblem } from './check-microphone.ts';
import { relayName } from './relay-name.ts';
import { within } from './within.ts';

/** Asking a relay for credentials, ms. */
const SERVERS_TIMEOUT_MS = 10_000;
/** Until a path through TURN is up, ms; over TLS behind a slow network it takes some seconds. */
const PATH_TIMEOUT_MS = 15_000;
/** How often the delay is read, ms, and whether there are servers by now. */
const READ_MS = 500;
/** How often servers are asked for: five seconds. */
const ASKED_MOST = 10;
/** It ends by itself, ms: a forgotten one would use up the relay, and record. */
const ECHO_MOST_MS = 120_000;
/** Loudness from which something was heard: above the noise that codecs add to silence. */
const HEARD = 0.1;

type View = EchoTest['view'];
type Failed = Extract<View, { state: 'failed' }>['why'];

export interface EchoTestPorts {
  readonly clock: Clock;
  /** Whether this browser can make calls. */
  readonly supported: boolean;
  readonly probe: Pick<IceProbe, 'echo'>;
  readonly microphones: Pick<Microphones, 'open'>;
  readonly settings: { readonly current: Settings };
  readonly reachability: Pick<Reachability, 'ofServer'>;
  /** The STUN and TURN servers that a call would use now, with credentials. */
  readonly iceServers: (
    signal: AbortSignal,
  ) => readonly IceServer[] | Promise<readonly IceServer[]>;
  readonly scope: Scope;
}

/** One test, from the press to its end. */
interface Run {
  readonly over: AbortController;
  microphone?: OpenMicrophone;
  echo?: Echo;
  /** Something has come back. */
  heard: boolean;
}

/** The TURN servers alone. */
function turnOf(servers: readonly IceServer[]): readonly IceServer[] {
  return servers
    .map((server) => ({ ...server, urls: server.urls.filter((url) => url.startsWith('turn')) }))
    .filter(({ urls }) => urls.length > 0);
}

/** One's own voice through TURN and back. */
export function createEchoTest(ports: EchoTestPorts): EchoTest {
  const { clock, probe, microphones, settings, reachability } = ports;
  const watchers = new Watchers();
  let view: View = { state: 'idle' };
  let current: Run | undefined;

  const show = (next: View): void => {
    view = next;
    watchers.changed();
  };

  /** Ends a run, once, and lets go of everything that it has. */
  const finish = (run: Run, why?: Failed): void => {
    if (run !== current) return;
    current = undefined;
    run.over.abort();
    run.echo?.close();
    run.microphone?.close();
    show(why === undefined ? { state: 'idle' } : { state: 'failed', why });
  };

  /** Just after the page has opened, the first relay has not handed out its credentials yet. */
  const turnServers = async (signal: AbortSignal): Promise<readonly IceServer[]> => {
    for (let asked = 0; ; asked += 1) {
      const given = await within(clock, SERVERS_TIMEOUT_MS, signal, ports.iceServers);
      const servers = turnOf(given ?? []);
      if (servers.length > 0 || asked >= ASKED_MOST || signal.aborted) return servers;
      await new Promise<void>((resolve) => {
        const cancel = clock.after(READ_MS, resolve);
        const stop = () => {
          cancel();
          resolve();
        };
        signal.addEventListener('abort', stop, { once: true });
      });
    }
  };

  /** Opens the microphone and the path. Resolves to the name of the relay, or to why there is none. */
  const open = async (run: Run): Promise<{ readonly via: string } | Failed> => {
    const { signal } = run.over;
    const servers = await turnServers(signal);
    if (servers.length === 0) return 'no-turn';

    const microphone = await within(clock, MICROPHONE_TIMEOUT_MS, signal, async (late) => {
      const opened = await microphones
        .open(settings.current.microphone, late)
        .catch(microphoneProblem);
      // It came when nobody waited any more.
      if (!late.aborted || typeof opened === 'string') return opened;
      opened.close();
      return 'failed';
    });
    if (microphone === undefined || typeof microphone === 'string') return microphone ?? 'failed';
    if (run !== current) {
      microphone.close();
      return 'failed';
    }
    run.microphone = microphone;
    microphone.onLost(() => {
      finish(run, 'missing');
    });

    const echo = await within(clock, PATH_TIMEOUT_MS, signal, async (late) => {
      const opened = await probe.echo(microphone, servers, late);
      if (!late.aborted) return opened;
      opened.close();
      return undefined;
    });
    if (echo === undefined) return 'no-path';
    if (run !== current) {
      echo.close();
      return 'no-path';
    }
    run.echo = echo;
    const names = echo.turnHosts.map((host) => relayName(reachability, host));
    return { via: [...new Set(names)].join(' / ') };
  };

  const levels = () => {
    const back = current?.echo?.level() ?? 0;
    if (current !== undefined) current.heard ||= back >= HEARD;
    return { own: current?.microphone?.level() ?? 0, back };
  };

  /** Reads the delay now and then until the run is over. */
  const follow = async (run: Run, echo: Echo, via: string): Promise<void> => {
    levels();
    const delayMs = await echo.delayMs().catch(() => undefined);
    if (run !== current) return;
    const { heard } = run;
    show({ state: 'running', via, heard, ...(delayMs !== undefined && { delayMs }) });
    const cancel = clock.after(READ_MS, () => void follow(run, echo, via));
    run.over.signal.addEventListener('abort', cancel);
  };

  const stop = (): void => {
    if (current !== undefined) finish(current);
  };
  ports.scope.add(stop);

  return {
    watch: watchers.watch,
    get view() {
      return view;
    },
    levels,
    async start() {
      if (current !== undefined) return;
      if (!ports.supported) {
        show({ state: 'failed', why: 'unsupported' });
        return;
      }
      const run: Run = { over: new AbortController(), heard: false };
      current = run;
      const cancel = clock.after(ECHO_MOST_MS, () => {
        finish(run);
      });
      run.over.signal.addEventListener('abort', cancel);
      show({ state: 'starting' });
      const opened = await open(run);
      if (typeof opened === 'string') finish(run, opened);
      else if (run === current && run.echo !== undefined) {
        show({ state: 'running', via: opened.via, heard: false });
        await follow(run, run.echo, opened.via);
      }
    },
    stop,
  };
}
