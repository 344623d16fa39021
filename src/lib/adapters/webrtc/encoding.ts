import type { CallQuality } from '#lib/domain/call.ts';

export type EncodingName = NonNullable<CallQuality['encoding']>;

/** How sound is encoded; what RFC 7587 calls the parameters of Opus. */
export interface Encoding {
  /** Kbit/s of Opus itself, without headers and redundancy. */
  readonly kbps: number;
  /** Sound in one packet, ms. Headers of 20 ms packets cost as much again as Opus at its lowest. */
  readonly packetMs: 20 | 60;
  /** Each packet carries the one before again (RFC 2198): at 20 % loss 3 % is concealed instead of 9 %. */
  readonly redundant: boolean;
  /** Nothing but a sign of life every 400 ms in silence (DTX), and frames of variable size. */
  readonly sparse: boolean;
}

/** Frames are of constant size (variable ones leak what is said, RFC 6562) but for those that must save. */
export const ENCODINGS: Readonly<Record<EncodingName, Encoding>> = {
  normal: { kbps: 32, packetMs: 20, redundant: false, sparse: false },
  redundant: { kbps: 32, packetMs: 20, redundant: true, sparse: false },
  low: { kbps: 24, packetMs: 60, redundant: false, sparse: false },
  lowest: { kbps: 16, packetMs: 60, redundant: false, sparse: true },
  saver: { kbps: 16, packetMs: 60, redundant: false, sparse: true },
};
