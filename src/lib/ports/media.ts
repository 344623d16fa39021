import type { CallQuality } from '#lib/domain/call.ts';

/** A STUN or TURN server, as `RTCIceServer` has it. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

/** A microphone that is open. Closing it turns the browser's recording light off. */
export interface OpenMicrophone {
  /** While muted silence is sent; the device stays open, so that unmuting is instant. */
  setMuted(muted: boolean): void;
  /** Loudness now, 0 (silence) to 1. */
  level(): number;
  /** Called once if the device goes away or the system takes it (not after `close`). */
  onLost(run: () => void): void;
  close(): void;
}

export interface AudioDevice {
  readonly id: string;
  /** May be empty before the microphone was ever granted. */
  readonly label: string;
}

export interface Microphones {
  /** Opens one by its ID, or the system's default. @throws WoxlyError<MicrophoneProblem> */
  open(id: string | undefined, signal: AbortSignal): Promise<OpenMicrophone>;
  list(): Promise<readonly AudioDevice[]>;
  /** Where the platform lets a page choose; else an empty list. */
  speakers(): Promise<readonly AudioDevice[]>;
  onChange(run: () => void): () => void;
}

/** One ICE candidate line as it is trickled; an empty `candidate` ends them. */
export interface Candidate {
  readonly candidate: string;
  readonly mid?: string;
  readonly mLineIndex?: number;
}

/**
 * `connected` is said only after the DTLS certificate of the peer was compared with the signalled fingerprint;
 * where it differs the state is `not-secure` and nothing was played. `broken`: no packets just now, may come back.
 */
export type PathState = 'connecting' | 'connected' | 'broken' | 'failed' | 'not-secure';

/** The voice connection of one call: one RTCPeerConnection with a certificate of its own. */
export interface MediaPath {
  /** Makes the offer (m-lines fixed, Opus parameters set). Gathering starts and never delays it. */
  offer(): Promise<string>;
  /** Takes a peer's offer and makes the answer. The SDP was checked before. Rejects if it does not fit. */
  answer(offer: string): Promise<string>;
  takeAnswer(answer: string): Promise<void>;
  /** A new offer with new ICE credentials on the same connection. */
  restartOffer(): Promise<string>;
  addCandidate(candidate: Candidate): void;
  /** Sends this microphone's sound from now on, or nothing with `undefined`. */
  send(microphone: OpenMicrophone | undefined): Promise<void>;
  /** Plays what the peer sends from now on. Before, nothing is heard. */
  play(): void;
  /** Chooses the speaker by its ID, where the platform can. */
  setSpeaker(id: string | undefined): void;
  /** Loudness of what the peer sends, 0 to 1. */
  level(): number;
  quality(): Promise<CallQuality>;
  /** Ends the connection. Nothing is called afterwards. */
  close(): void;
}

export interface MediaPathEvents {
  onCandidate(candidate: Candidate): void;
  onState(state: PathState): void;
  /** The browser refused to play without a tap (autoplay rules). */
  onPlayBlocked(): void;
}

export interface MediaPaths {
  /** Whether this browser can make voice connections at all. */
  readonly supported: boolean;
  /** Makes a connection. `relay` uses TURN only and shows the peer no address of this device. */
  open(policy: 'all' | 'relay', servers: readonly IceServer[], events: MediaPathEvents): MediaPath;
}
