import type { IceServer, PictureKind, SourceKind } from '#lib/ports/media.ts';
import { withoutStrayTypes } from '#lib/protocol/sdp-payload-types.ts';
import type { Encoding } from './encoding.ts';
import { signalledFingerprint } from './fingerprint.ts';
import { namesRed, withOpusParameters, withSending } from './opus.ts';
import { toRtcServers } from './rtc-servers.ts';

/** The m-lines of every call after that of sound, in this order, so that pictures need no new ones later. */
const PICTURES: readonly PictureKind[] = ['camera', 'screen'];
/** Kinds of sound that may be sent and received: Opus, and Opus in RED (RFC 2198). */
const CODECS: readonly string[] = ['audio/opus', 'audio/red'];
/** What the lines name that carry no picture yet: all that a browser knows would be most of the RING. */
const PLACEHOLDERS: readonly string[] = ['video/vp8'];

interface Remote {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

/** Makes and takes the descriptions of one connection, one after the other. */
export class Negotiation {
  readonly #connection: RTCPeerConnection;
  #audio: RTCRtpTransceiver | undefined;
  readonly #sent = new Set<PictureKind>();
  readonly #taken = new Set<PictureKind>();
  /** What is to be sent, or was last. */
  readonly #tracks = new Map<SourceKind, MediaStreamTrack | null>();
  /** The peer's description in force, as it came. */
  #remote: Remote | undefined;
  #encoding: Encoding;
  /** How this side really encodes, as far as is known. */
  #applied: Encoding | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  readonly #onApplied: (encoding: Encoding) => void;

  /** @param onApplied is called when this side's encoder works in another way than before */
  constructor(
    connection: RTCPeerConnection,
    encoding: Encoding,
    onApplied: (encoding: Encoding) => void,
  ) {
    this.#connection = connection;
    this.#encoding = encoding;
    this.#onApplied = onApplied;
  }

  /**
   * Sends this track of a kind, or none: as soon as there is a line for it, which the first description makes. Pictures
   * are sent from the next description on, for good: to pause, their sender has no track.
   */
  async send(kind: SourceKind, track: MediaStreamTrack | null): Promise<void> {
    if (kind !== 'microphone' && track !== null) this.#sent.add(kind);
    this.#tracks.set(kind, track);
    await this.#sender(kind)?.replaceTrack(track);
  }

  /** From the next description on pictures of the peer are taken, or not. */
  takePictures(kind: PictureKind, on: boolean): void {
    if (on) this.#taken.add(kind);
    else this.#taken.delete(kind);
  }

  /** Of which kind a line is, if it is one of those that carry pictures. */
  pictureKind(line: RTCRtpTransceiver): PictureKind | undefined {
    const isPicture = line.receiver.track.kind === 'video';
    return isPicture ? PICTURES.find((kind) => this.#line(kind) === line) : undefined;
  }

  /** The fingerprint that the peer signalled last. */
  get fingerprint(): string | undefined {
    return signalledFingerprint(this.#remote?.sdp ?? '');
  }

  /** Whether both sides can send sound twice: Firefox cannot. */
  get canRepeat(): boolean {
    const { currentLocalDescription: own } = this.#connection;
    return [own?.sdp ?? '', this.#remote?.sdp ?? ''].every(namesRed);
  }

  offer(): Promise<string> {
    return this.#next(async () => {
      const connection = this.#connection;
      this.#audio = connection.addTransceiver('audio', { direction: 'sendrecv' });
      prefer(this.#audio, 'audio', CODECS);
      for (const kind of PICTURES) {
        const direction = this.#direction(kind);
        prefer(connection.addTransceiver('video', { direction }), 'video', PLACEHOLDERS);
      }
      await this.#attach();
      return this.#describe(await connection.createOffer());
    });
  }

  /** @param servers those of now, if the offer restarts ICE */
  answer(offer: string, servers?: readonly IceServer[]): Promise<string> {
    return this.#next(async () => {
      const connection = this.#connection;
      this.#useServers(servers);
      await this.#take({ type: 'offer', sdp: offer });
      const [audio] = connection.getTransceivers();
      this.#audio ??= audio;
      if (this.#audio !== undefined) {
        this.#audio.direction = 'sendrecv';
        prefer(this.#audio, 'audio', CODECS);
      }
      this.#point();
      await this.#attach();
      const answer = await this.#describe(await connection.createAnswer());
      this.#tell();
      return answer;
    });
  }

  takeAnswer(answer: string): Promise<void> {
    return this.#next(async () => {
      await this.#take({ type: 'answer', sdp: answer });
      this.#tell();
    });
  }

  /** New ICE credentials, and candidates through these servers. */
  restartOffer(servers?: readonly IceServer[]): Promise<string> {
    return this.#next(async () => {
      const connection = this.#connection;
      await this.#rollBack();
      this.#useServers(servers);
      this.#point();
      return this.#describe(await connection.createOffer({ iceRestart: true }));
    });
  }

  /**
   * Encodes in another way from now on. That takes no word with the peer: the descriptions in force are set once
   * more, the peer's with other parameters. While an offer of ours waits for its answer, it is done with the answer.
   */
  encode(encoding: Encoding): Promise<void> {
    this.#encoding = encoding;
    return this.#next(() => this.#reapply());
  }

  #sender(kind: SourceKind): RTCRtpSender | undefined {
    return kind === 'microphone' ? this.#audio?.sender : this.#line(kind)?.sender;
  }

  /** Gives the lines what was to be sent before there were any. */
  async #attach(): Promise<void> {
    for (const [kind, track] of this.#tracks) {
      const sender = this.#sender(kind);
      if (sender !== undefined && sender.track !== track) await sender.replaceTrack(track);
    }
  }

  #line(kind: PictureKind): RTCRtpTransceiver | undefined {
    return this.#connection.getTransceivers()[1 + PICTURES.indexOf(kind)];
  }

  #direction(kind: PictureKind): RTCRtpTransceiverDirection {
    if (this.#sent.has(kind)) return this.#taken.has(kind) ? 'sendrecv' : 'sendonly';
    return this.#taken.has(kind) ? 'recvonly' : 'inactive';
  }

  /** Lets all lines but that of sound point where they are wanted: nothing that a peer offers is taken unasked. */
  #point(): void {
    for (const line of this.#connection.getTransceivers().slice(1)) {
      const kind = this.pictureKind(line);
      // A peer may offer more lines than we make.
      line.direction = kind === undefined ? 'inactive' : this.#direction(kind);
    }
  }

  async #reapply(): Promise<void> {
    const connection = this.#connection;
    const remote = this.#remote;
    if (this.#applied === this.#encoding || remote === undefined) return;
    if (connection.signalingState !== 'stable') return;
    try {
      if (remote.type === 'answer') {
        const offer = await connection.createOffer();
        // Servers were changed and not yet used: this must not become a restart of which the peer hears nothing.
        if (userFragment(offer.sdp) !== userFragment(connection.localDescription?.sdp)) return;
        await this.#describe(offer);
        await this.#take(remote);
      } else {
        await this.#take(remote);
        await this.#describe(await connection.createAnswer());
      }
    } catch (failure) {
      await this.#rollBack();
      throw failure;
    }
    this.#tell();
  }

  async #take(remote: Remote): Promise<void> {
    const before = this.#remote;
    const encoding = this.#encoding;
    // At once: whoever connects now is compared with this fingerprint.
    this.#remote = remote;
    try {
      const sdp = withSending(remote.sdp, encoding);
      await this.#connection.setRemoteDescription({ type: remote.type, sdp });
    } catch (failure) {
      this.#remote = before;
      throw failure;
    }
    this.#applied = encoding;
  }

  /** Back to the descriptions in force. */
  async #rollBack(): Promise<void> {
    const { signalingState } = this.#connection;
    if (signalingState === 'have-local-offer') {
      await this.#connection.setLocalDescription({ type: 'rollback' });
    } else if (signalingState === 'have-remote-offer') {
      await this.#connection.setRemoteDescription({ type: 'rollback' });
    }
  }

  /** Gathers with these from the next restart on. */
  #useServers(servers: readonly IceServer[] | undefined): void {
    if (servers === undefined) return;
    // Everything else must stay as it was (W3C webrtc-pc, 4.4.1.6).
    const now = this.#connection.getConfiguration();
    const iceServers = toRtcServers(servers);
    this.#connection.setConfiguration({ ...now, iceServers });
  }

  #tell(): void {
    if (this.#applied !== undefined) this.#onApplied(this.#applied);
  }

  /** Sets a description of our own and returns what the peer gets: with no candidates, those are trickled. */
  async #describe(made: RTCSessionDescriptionInit): Promise<string> {
    const sdp = withOpusParameters(made.sdp ?? '');
    await this.#connection.setLocalDescription({ type: made.type, sdp });
    return withoutStrayTypes(sdp)
      .split('\r\n')
      .filter((line) => !line.startsWith('a=candidate:'))
      .join('\r\n');
  }

  #next<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(run);
    this.#queue = done.catch(() => undefined);
    return done;
  }
}

const userFragment = (sdp: string | undefined): string | undefined =>
  /^a=ice-ufrag:(\S+)/m.exec(sdp ?? '')?.[1];

/** These in this order, and nothing else: Opus first, with RED behind it so that either side can go over to it. */
function prefer(line: RTCRtpTransceiver, kind: 'audio' | 'video', codecs: readonly string[]): void {
  const known = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  const wanted = codecs.flatMap((mimeType) =>
    known.filter((codec) => codec.mimeType.toLowerCase() === mimeType),
  );
  // Not in older Firefox: there the browser's own order has Opus first as well.
  if (wanted.length > 0 && 'setCodecPreferences' in line) line.setCodecPreferences(wanted);
}
