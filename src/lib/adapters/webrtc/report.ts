/** The members of the many dictionaries of W3C webrtc-stats that are read here. */
export interface Stat {
  readonly id: string;
  readonly type: string;
  readonly timestamp: number;
  readonly kind?: string;
  readonly codecId?: string;
  readonly mimeType?: string;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  readonly packetsSent?: number;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly fractionLost?: number;
  readonly jitter?: number;
  readonly totalAudioEnergy?: number;
  readonly totalSamplesDuration?: number;
  readonly currentRoundTripTime?: number;
  readonly availableOutgoingBitrate?: number;
  readonly selectedCandidatePairId?: string;
  readonly nominated?: boolean;
  readonly state?: string;
  readonly requestsSent?: number;
  readonly responsesReceived?: number;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly candidateType?: string;
  readonly url?: string;
  readonly address?: string;
  readonly remoteCertificateId?: string;
  readonly fingerprint?: string;
}

/** One answer of `getStats()`, which Chromium makes anew every 50 ms at most. */
export class Report {
  readonly #stats: ReadonlyMap<string, Stat>;

  constructor(stats: ReadonlyMap<string, Stat>) {
    this.#stats = stats;
  }

  static async of(connection: RTCPeerConnection): Promise<Report> {
    // Copied once: Chromium makes the entries of its own map anew with every look at them.
    return new Report(new Map(await connection.getStats()));
  }

  get(id: string | undefined): Stat | undefined {
    return id === undefined ? undefined : this.#stats.get(id);
  }

  has(type: string): boolean {
    return this.#find((stat) => stat.type === type) !== undefined;
  }

  /** The one of a type that is about sound: a call has one stream of it each way. */
  sound(type: 'inbound-rtp' | 'outbound-rtp' | 'remote-inbound-rtp'): Stat | undefined {
    return this.#find((stat) => stat.type === type && stat.kind === 'audio');
  }

  get transport(): Stat | undefined {
    return this.#find(({ type }) => type === 'transport');
  }

  /** The candidate pair that carries the call now. */
  get pair(): Stat | undefined {
    const named = this.transport?.selectedCandidatePairId;
    if (named !== undefined) return this.get(named);
    // Older Firefox has no transport stats.
    return this.#find(
      ({ type, nominated, state }) =>
        type === 'candidate-pair' && nominated === true && state === 'succeeded',
    );
  }

  /**
   * The pairs of candidates that may work: the peer has answered over them at some time, or was never asked.
   *
   * Chromium calls a pair `in-progress` whenever a check is under way, also one that was answered many times before.
   */
  get hopefulPairs(): readonly Stat[] {
    return [...this.#stats.values()].filter(
      ({ type, state, requestsSent, responsesReceived = 0 }) =>
        type === 'candidate-pair' &&
        state !== 'failed' &&
        (state === 'succeeded' || responsesReceived > 0 || requestsSent === 0),
    );
  }

  /** Whether a pair goes through a TURN server, this side's or the peer's. */
  isRelayed({ localCandidateId, remoteCandidateId }: Stat): boolean {
    const ends = [this.get(localCandidateId), this.get(remoteCandidateId)];
    return ends.some((end) => end?.candidateType === 'relay');
  }

  #find(fits: (stat: Stat) => boolean): Stat | undefined {
    for (const stat of this.#stats.values()) if (fits(stat)) return stat;
    return undefined;
  }
}
