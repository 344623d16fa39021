import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Registry } from 'prom-client';

/** Live numbers that are read when somebody asks for `/metrics`. */
export interface Readings {
  readonly reservations: () => number;
  readonly circuits: () => number;
  readonly connections: () => number;
  readonly presenceRecords: () => number;
  readonly presenceBytes: () => number;
  readonly neighbours: () => number;
  readonly knownRelays: () => number;
  readonly watchers: () => number;
  readonly watchedTags: () => number;
  /** How far others' clocks seem to be ahead of ours, ms. */
  readonly clockBehind: () => number;
}

/** How it stands with the TURN server. */
export interface TurnReadings {
  readonly state: string;
  readonly allocations: number;
  readonly restarts: number;
}

const NANOSECONDS = 1e9;
/** How often the event loop is probed, ms; a smaller step costs CPU, a larger one hides short stalls. */
const PROBE_MS = 10;

/** Everything the relay counts. Labels come from fixed lists, so that a peer cannot make new series. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name: `woxly_${name}`, help, labelNames, registers });

  const delay = monitorEventLoopDelay({ resolution: PROBE_MS });
  delay.enable();
  /** Of the last full window: were it reset by each scrape, any visitor of `/metrics` would blind the operator. */
  const late = new Gauge({
    name: 'woxly_event_loop_delay_seconds',
    help: 'How late timers ran in the last half minute',
    labelNames: ['quantile'] as const,
    registers,
  });
  const sweep = (): void => {
    for (const quantile of [50, 99, 100]) {
      const seconds = delay.percentile(quantile) / NANOSECONDS - PROBE_MS / 1000;
      late.set({ quantile: String(quantile / 100) }, Math.max(0, seconds));
    }
    delay.reset();
  };
  sweep();
  const reading = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  /** What somebody else counts. */
  const total = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  // Of the package's own figures these few: the others look at every open socket when they are read, and watch the
  // event loop once more.
  reading('process_resident_memory_bytes', 'Memory of the process', () =>
    process.memoryUsage.rss(),
  );
  reading('nodejs_heap_used_bytes', 'JavaScript objects', () => process.memoryUsage().heapUsed);
  total('process_cpu_seconds_total', 'CPU time of the process', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });

  return {
    connectionsTaken: counter('connections_taken_total', 'Connections taken', ['transport']),
    connectionsRefused: counter('connections_refused_total', 'Connections refused', [
      'transport',
      'reason',
    ]),
    requestsRefused: counter(
      'http_requests_refused_total',
      'HTTP requests refused because their address sent too many',
      [],
    ),
    connectionsCut: counter(
      'connections_cut_total',
      'Connections cut off because of what came over them',
      ['reason'],
    ),
    connectionsReplaced: counter(
      'connections_replaced_total',
      'Connections of a peer that reserved over a newer one',
      [],
    ),
    reservationsTaken: counter('reservations_taken_total', 'Reservations made or renewed', []),
    reservationsRefused: counter('reservations_refused_total', 'Reservations refused', ['reason']),
    circuitsAsked: counter('circuits_asked_total', 'Circuits asked for', ['outcome']),
    streamsDropped: counter(
      'streams_dropped_total',
      'Streams cut off because of what came over them',
      ['protocol', 'reason'],
    ),
    presence: counter('presence_received_total', 'Presence records received', ['outcome']),
    descriptors: counter('descriptors_received_total', 'Relay descriptors received', ['outcome']),
    neighbourDials: counter('neighbour_dials_total', 'Dials to other relays', ['outcome']),
    forwarded: counter('presence_forwarded_total', 'What was told to neighbours beside gossip', [
      'what',
    ]),
    watchPushes: counter('watch_pushes_total', 'Pushes to those who watch presence', []),
    lookups: counter('lookups_total', 'Lookups answered', ['outcome']),
    turnAsked: counter('turn_credentials_total', 'Requests for TURN credentials', ['outcome']),
    turnRefused: counter('turn_refused_total', 'What the TURN server refused', ['reason']),
    unexpected: counter('unexpected_errors_total', 'Errors that nothing was prepared for', []),

    /** Shows live numbers from now on. */
    watch(readings: Readings): void {
      reading('woxly_reservations', 'Reservations held', readings.reservations);
      reading('woxly_circuits', 'Circuits carried', readings.circuits);
      reading('woxly_connections', 'Connections open', readings.connections);
      reading('woxly_presence_records', 'Presence records kept', readings.presenceRecords);
      reading('woxly_presence_bytes', 'Memory of presence records', readings.presenceBytes);
      reading('woxly_neighbours', 'Relays that share presence', readings.neighbours);
      reading('woxly_known_relays', 'Relays known from the directory', readings.knownRelays);
      reading('woxly_watchers', 'Watches of presence', readings.watchers);
      reading('woxly_watched_tags', 'Tags watched', readings.watchedTags);
      reading(
        'woxly_clock_behind_seconds',
        'How far this clock seems to be behind those of publishers whose records are refused; 0 while it agrees',
        () => readings.clockBehind() / 1000,
      );
    },
    /** Shows how it stands with the TURN server from now on. */
    watchTurn(turn: TurnReadings): void {
      reading('woxly_turn_up', 'Whether the TURN server answers', () =>
        Number(turn.state === 'up'),
      );
      reading('woxly_turn_allocations', 'TURN allocations held', () => turn.allocations);
      total(
        'woxly_turn_restarts_total',
        'Starts of the TURN server after the first',
        () => turn.restarts,
      );
    },
    /** Begins a new window of the event loop's delay; called every half minute. */
    sweep,
    contentType: registry.contentType,
    /** The Prometheus text. */
    text: (): Promise<string> => registry.metrics(),
    stop: (): void => void delay.disable(),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
