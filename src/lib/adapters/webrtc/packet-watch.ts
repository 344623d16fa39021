/** Silence on the line after which the path is called broken, ms (protocol document: "Broken path"). */
export const PACKETS_MISSING_MS = 1000;
/** The same for the first packet after the peer began to send: its encoder and a busy machine take their time. */
export const FIRST_PACKET_MS = 3000;
/** Two looks further apart than this, ms: the page was frozen or the device slept, and nobody was watching. */
export const ASLEEP_MS = 1500;

/** What one look at a connection's counters tells. */
export interface PacketCounts {
  /** RTP packets of the peer's sound so far. */
  readonly sound: number;
  /** Packets of any kind so far, where the browser counts them. */
  readonly any: number | undefined;
}

/**
 * Tells from counters whether the packets that are expected have stopped. Chromium itself says `disconnected` only
 * after 6 s and more. Time in which nobody looked counts for nothing.
 */
export class PacketWatch {
  #sending = false;
  #missing = false;
  /** Awake time since the last packet, ms. */
  #silentFor = 0;
  /** Whether a packet has come since the peer began to send. */
  #flowing = false;
  #last: { readonly at: number; readonly counts: PacketCounts } | undefined;

  /** `false` while the peer sends nothing at all: no packets then means nothing. */
  expect(sending: boolean): void {
    if (sending === this.#sending) return;
    this.#sending = sending;
    this.#silentFor = 0;
    this.#flowing = false;
  }

  /** Takes the counters of this moment (ms) and says whether packets are missing. */
  look(now: number, counts: PacketCounts): { readonly missing: boolean; readonly came: boolean } {
    const last = this.#last;
    this.#last = { at: now, counts };
    if (last === undefined) return { missing: false, came: false };
    const came = counts.sound !== last.counts.sound;
    const gap = now - last.at;
    if (came) {
      this.#silentFor = 0;
      this.#flowing = true;
      this.#missing = false;
    } else if (gap < 0 || gap > ASLEEP_MS) {
      this.#silentFor = 0;
    } else if (this.#sending) {
      this.#silentFor += gap;
      const most = this.#flowing ? PACKETS_MISSING_MS : FIRST_PACKET_MS;
      if (this.#silentFor >= most) this.#missing = true;
    } else if (counts.any === undefined || counts.any !== last.counts.any) {
      // Not even sound is expected; anything that comes shows that the path is there.
      this.#missing = false;
    }
    return { missing: this.#missing, came };
  }
}
