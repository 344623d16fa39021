import type { Bytes } from '#lib/domain/bytes.ts';
import type { Milliseconds, RelayAddress, RelayId } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Log } from '#lib/ports/log.ts';
import type { FrameChannel, PeerNetwork } from '#lib/ports/peer-network.ts';
import type { Random } from '#lib/ports/random.ts';
import { WATCH_PROTOCOL } from '#lib/protocol/names.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import { WATCH_PUSH } from '#lib/protocol/watch.ts';
import type { Of } from '#lib/protocol/struct.ts';
import { limited } from '../limited.ts';
import { backoff } from '../backoff.ts';
import type { Word } from './watcher-sighting.ts';

/** How long a relay may take to open a stream, ms. */
const OPEN_TIMEOUT_MS = 10_000;
/** Waits before a stream is opened again. A relay that serves no watches is asked every two minutes. */
const BACKOFF = { first: 1_000, longest: 120_000 };
/** A stream that lasted so long, ms, worked: the next one is opened soon. */
const STEADY_MS = 30_000;
/** What comes within this of a request, ms, may be what the relay had before; later it is news. */
const HISTORY_MS = 10_000;
/** After this, ms, a relay that says nothing of somebody has nothing to say: it answers at once. */
const SETTLE_MS = 3_000;
/** Pushes that wait to be verified: a relay that sends faster is cut off. 340 contacts' first ones are some 50. */
const WAITING_MAX = 256;

export interface WatchStreamsPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly network: Pick<PeerNetwork, 'openRelay'>;
  /** What a relay pushes; one after the other for each relay. */
  readonly onPush: (relay: RelayId, push: Of<typeof WATCH_PUSH>, word: Word) => Promise<void>;
  /** A stream opened or was lost. */
  readonly onChange: () => void;
}

/** Streams to relays that tell of presence, opened again whenever they are lost. */
export interface WatchStreams {
  /** Relays that tell us of changes now. */
  readonly alive: ReadonlySet<RelayId>;
  /** When the first of those had the time to tell what it knows, or `undefined` while none is open. */
  readonly settledAt: Milliseconds | undefined;
  /** Says which relays are asked what from now on. The same again changes nothing. */
  want(relays: readonly RelayAddress[], request: Bytes): void;
}

interface WatchStream {
  /** Where the relay was reached last. */
  address: RelayAddress;
  channel: FrameChannel | undefined;
  openedAt: Milliseconds;
  askedAt: Milliseconds;
  failures: number;
  over: AbortController;
  cancelWait: () => void;
}

export function createWatchStreams(ports: WatchStreamsPorts): WatchStreams {
  const { clock, random, log, network, onPush, onChange } = ports;
  const streams = new Map<RelayId, WatchStream>();
  let request: Bytes = new Uint8Array();

  const openOnes = () => [...streams].filter(([, { channel }]) => channel !== undefined);

  return {
    get alive() {
      return new Set(openOnes().map(([relay]) => relay));
    },
    get settledAt() {
      const opened = openOnes().map(([, { openedAt }]) => openedAt + SETTLE_MS);
      return opened.length === 0 ? undefined : Math.min(...opened);
    },
    want(relays, asked) {
      const wanted = new Map(relays.map((address) => [relayIdOf(address), address]));
      for (const [relay, stream] of streams) if (!wanted.has(relay)) end(relay, stream);
      if (asked !== request) {
        request = asked;
        for (const [, stream] of streams) ask(stream);
      }
      for (const [relay, address] of wanted) {
        const before = streams.get(relay);
        if (before !== undefined) {
          before.address = address;
          continue;
        }
        const stream = {
          address,
          channel: undefined,
          openedAt: 0,
          askedAt: 0,
          failures: 0,
          over: new AbortController(),
          cancelWait: () => undefined,
        };
        streams.set(relay, stream);
        void open(relay, stream);
      }
    },
  };

  function ask(stream: WatchStream): void {
    stream.askedAt = clock.now();
    stream.channel?.send(request);
  }

  function end(relay: RelayId, stream: WatchStream): void {
    streams.delete(relay);
    stream.over.abort();
    stream.cancelWait();
    stream.channel?.close();
    stream.channel = undefined;
  }

  async function open(relay: RelayId, stream: WatchStream): Promise<void> {
    const limit = limited(clock, OPEN_TIMEOUT_MS, stream.over.signal);
    const channel = await network
      .openRelay(stream.address, WATCH_PROTOCOL, limit.signal)
      .catch(() => undefined);
    limit.end();
    if (stream.over.signal.aborted) {
      channel?.close();
      return;
    }
    if (channel === undefined) {
      again(relay, stream);
      return;
    }
    stream.channel = channel;
    stream.openedAt = clock.now();
    channel.listen({
      onFrame: takerOf(relay, stream, channel),
      onClose: () => {
        if (stream.channel !== channel) return;
        stream.channel = undefined;
        if (clock.now() - stream.openedAt >= STEADY_MS) stream.failures = 0;
        log.info('presence watch lost', { failures: stream.failures });
        again(relay, stream);
        onChange();
      },
    });
    ask(stream);
    log.info('presence watch open', { watches: openOnes().length });
    onChange();
  }

  function again(relay: RelayId, stream: WatchStream): void {
    stream.failures += 1;
    const wait = backoff(stream.failures, BACKOFF, random);
    stream.cancelWait = clock.after(wait, () => void open(relay, stream));
  }

  /** Takes the frames of one stream, one after the other. What no honest relay sends ends it. */
  function takerOf(relay: RelayId, stream: WatchStream, channel: FrameChannel) {
    let waiting = 0;
    let last = Promise.resolve();
    return (frame: Bytes): void => {
      const push = WATCH_PUSH.decode(frame);
      if (push === undefined || waiting === WAITING_MAX) {
        log.warn('presence watch misused', { malformed: push === undefined });
        channel.close();
        return;
      }
      waiting += 1;
      const word = clock.now() - stream.askedAt < HISTORY_MS ? 'history' : 'news';
      last = last
        .then(() => (stream.channel === channel ? onPush(relay, push, word) : undefined))
        .catch(() => undefined)
        .finally(() => (waiting -= 1));
    };
  }
}
