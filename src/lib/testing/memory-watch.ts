import { equalBytes } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import { WATCH_PUSH_MAX } from '#lib/protocol/limits.ts';
import { WATCH_PROTOCOL } from '#lib/protocol/names.ts';
import type { PresenceEnvelope } from '#lib/protocol/presence-record.ts';
import { WATCH_PUSH, WATCH_REQUEST } from '#lib/protocol/watch.ts';
import type { MemoryRelay } from './memory-relay.ts';

/** What a relay of the memory network does on `/woxly/presence/1`: it pushes what it has, and then changes. */
export class MemoryWatch {
  /** The tags of every request, in their order. */
  readonly requests: (readonly Bytes[])[] = [];
  /** Streams that were opened, ever. */
  opened = 0;
  /** Ends every stream as soon as it is opened. */
  refuses = false;
  kept: PresenceEnvelope[] = [];
  readonly #streams = new Map<FrameChannel, readonly Bytes[]>();

  constructor(relay: MemoryRelay) {
    relay.serve(WATCH_PROTOCOL, (channel) => {
      this.opened += 1;
      this.#streams.set(channel, []);
      channel.listen({
        onFrame: (frame) => {
          this.#ask(channel, frame);
        },
        onClose: () => void this.#streams.delete(channel),
      });
      if (this.refuses) channel.close();
    });
  }

  get open(): number {
    return this.#streams.size;
  }

  /** A record comes: it is kept in place of what was there under its tag, and pushed. */
  publish(envelope: PresenceEnvelope): void {
    this.kept = [...this.kept.filter(({ tag }) => !equalBytes(tag, envelope.tag)), envelope];
    this.push({ records: [envelope], left: [] });
  }

  /** Pushes this to everybody, whatever they watch. */
  push(push: { readonly records: readonly PresenceEnvelope[]; readonly left: readonly Bytes[] }) {
    this.say(WATCH_PUSH.encode(push));
  }

  say(frame: Bytes): void {
    for (const channel of this.#streams.keys()) channel.send(frame);
  }

  close(): void {
    for (const channel of [...this.#streams.keys()]) channel.close();
  }

  #ask(channel: FrameChannel, frame: Bytes): void {
    const { tags } = WATCH_REQUEST.decode(frame) ?? { tags: [] };
    this.requests.push(tags);
    this.#streams.set(channel, tags);
    const records = this.kept.filter(({ tag }) => tags.some((asked) => equalBytes(asked, tag)));
    for (let at = 0; at < records.length; at += WATCH_PUSH_MAX) {
      const some = records.slice(at, at + WATCH_PUSH_MAX);
      channel.send(WATCH_PUSH.encode({ records: some, left: [] }));
    }
  }
}
