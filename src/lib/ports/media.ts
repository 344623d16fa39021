import type { Bytes } from '#lib/domain/bytes.ts';
import type { CallQuality } from '#lib/domain/call.ts';

/** A STUN or TURN server, as `RTCIceServer` has it. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

export type PictureKind = 'camera' | 'screen';
export type SourceKind = 'microphone' | PictureKind;

/** Something of this device that is open and can be sent. Closing it turns the browser's recording light off. */
export interface OpenSource<Kind extends SourceKind = SourceKind> {
  readonly kind: Kind;
  /** Called once if the device goes away or the system takes it (not after `close`). */
  onLost(run: () => void): void;
  close(): void;
}

export interface OpenMicrophone extends OpenSource<'microphone'> {
  /** Its name, maybe empty, where the one that was asked for could not be used and this is another. */
  readonly instead?: string;
  /** While muted silence is sent; the device stays open, so that unmuting is instant. */
  setMuted(muted: boolean): void;
  /** Loudness now, 0 (silence) to 1. */
  level(): number;
  /** Called whenever the system takes the sound away for a while (a phone call, Siri) or gives it back. */
  onSystemMute(run: (muted: boolean) => void): void;
}

/** Moving pictures. Core hands them on and sees nothing of them: a screen has them shown in an element of its own. */
export interface Picture {
  /** Shows them in this element, without sound, until the returned function is called. */
  showIn(video: HTMLVideoElement): () => void;
}

export interface AudioDevice {
  readonly id: string;
  /** May be empty before the microphone was ever granted. */
  readonly label: string;
}

export interface Microphones {
  /**
   * Opens one by its ID, or the system's default. One that is gone or busy is stood in for by another, which says so.
   * @throws WoxlyError<MicrophoneProblem>
   */
  open(id: string | undefined, signal: AbortSignal): Promise<OpenMicrophone>;
  /** Whether one is there and {@link open} will not ask the person, as far as is known now. */
  granted(): boolean;
  list(): Promise<readonly AudioDevice[]>;
  /** Whether the platform lets a page choose the speaker at all. */
  readonly choosesSpeakers: boolean;
  /** Those that a page may choose from: none where it cannot, and maybe none before the microphone was granted. */
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
 * where it differs the state is `not-secure` and nothing was played. `broken`: no packets for a second although they
 * are expected, or the browser says `disconnected`; `connected` is said again by itself when packets come again.
 * `failed`: the browser has given up; the peer's candidates are tried on all the same, until the path is closed.
 */
export type PathState = 'connecting' | 'connected' | 'broken' | 'failed' | 'not-secure';

/** The voice connection of one call: one RTCPeerConnection with a certificate of its own. */
export interface MediaPath {
  /** Makes the offer (m-lines fixed, Opus parameters set). Gathering starts and never delays it. */
  offer(): Promise<string>;
  /** What {@link offer} resolves to, if that was made before the path was opened: nobody need wait for it. */
  readonly preparedOffer?: string | undefined;
  /**
   * Takes a peer's offer and makes the answer. The SDP was checked before. Rejects if it does not fit. An own restart
   * offer that was not answered gives way. `servers`: those of now, for an offer that restarts ICE; their credentials
   * may be newer than those the path was opened with.
   */
  answer(offer: string, servers?: readonly IceServer[]): Promise<string>;
  takeAnswer(answer: string): Promise<void>;
  /** A new offer with new ICE credentials on the same connection, gathering with the servers of now. */
  restartOffer(servers?: readonly IceServer[]): Promise<string>;
  /**
   * Resolves when the candidates of the description made last have been told, and after a second at the latest. Whoever
   * tells the description only then, and the candidates with it, makes sure that the peer knows a relayed address
   * before anything comes from there: one found out by its packets counts for more than a direct path, which browsers
   * then give up for good.
   */
  gathered(): Promise<void>;
  addCandidate(candidate: Candidate): void;
  /**
   * Sends this from now on, or nothing of its kind with `undefined`. The first picture goes out with the next answer
   * or restart that both sides make.
   */
  send<Kind extends SourceKind>(kind: Kind, source: OpenSource<Kind> | undefined): Promise<void>;
  /**
   * Whether pictures of the peer are taken, from the next answer or restart on. At first none are: whoever rings must not
   * reach a video decoder.
   */
  takePictures(kind: PictureKind, on: boolean): void;
  /** Plays what the peer sends from now on. Before, nothing is heard. */
  play(): void;
  /** Chooses the speaker by its ID, where the platform can. */
  setSpeaker(id: string | undefined): void;
  /** Loudness of what the peer sends, 0 to 1. */
  level(): number;
  quality(): Promise<CallQuality>;
  /**
   * What the peer says of its sound. `sending` is false while it sends nothing at all (microphone lost, DTX), so that
   * no packets is no sign of a broken path; `muted` while silence is meant. Nothing is expected before the first word.
   */
  expect(peer: { readonly sending: boolean; readonly muted: boolean }): void;
  /** Uses as little of the connection as it can, or as much as the network gives. */
  setDataSaver(on: boolean): void;
  /** Sends a frame over the path's own data channel; `false` if that is not open, and nothing was sent. */
  sendFrame(frame: Bytes): boolean;
  /**
   * Ends the connection: nothing is heard, sent or called from now on, but frames given to {@link sendFrame} before
   * still go out (a hang-up may be among them), for which it may linger for half a second.
   */
  close(): void;
}

export interface MediaPathEvents {
  onCandidate(candidate: Candidate): void;
  onState(state: PathState): void;
  /** The browser refused to play without a tap (autoplay rules). */
  onPlayBlocked(): void;
  /** A frame of the peer over the path's own data channel. The channel is bound to the same DTLS as the sound. */
  onFrame(frame: Bytes): void;
  /** Whether {@link MediaPath.sendFrame} can send now. */
  onFrames(open: boolean): void;
  /**
   * Whether anything is heard of a peer that says that it is not muted: `silent` after 4 s of packets without energy,
   * `heard` when that is over. The player was started again before `silent` is said.
   */
  onHearing(hearing: 'heard' | 'silent'): void;
  /** Whether this side now sends nothing in silence (DTX): the peer must know, to expect no packets. */
  onSparse(sparse: boolean): void;
  /** Pictures that are taken come from the peer now, or `undefined`: no more. Not before `connected` was said once. */
  onPicture(kind: PictureKind, picture: Picture | undefined): void;
  /** The path goes through a server although the peer was reached directly: an ICE restart would choose anew. */
  onDetour(): void;
}

export interface MediaPaths {
  /** Whether this browser can make voice connections at all. */
  readonly supported: boolean;
  /**
   * Makes a path with its offer ready, which the next {@link open} of a side that offers takes if policy and servers
   * are the same: its candidates are being gathered already. At most one; it is closed after a while unused. Shows
   * nothing to the peer.
   */
  prepare(policy: 'all' | 'relay', servers: readonly IceServer[]): void;
  /** Closes what was made ready: its candidates are not those of now. */
  forget(): void;
  /** Makes a connection. `relay` uses TURN only and shows the peer no address of this device. */
  open(
    policy: 'all' | 'relay',
    servers: readonly IceServer[],
    side: 'offers' | 'answers',
    events: MediaPathEvents,
  ): MediaPath;
}
