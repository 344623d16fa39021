import type { CallQuality } from '#lib/domain/call.ts';
import type {
  Candidate,
  MediaPath,
  MediaPathEvents,
  OpenMicrophone,
  PathState,
} from '#lib/ports/media.ts';
import { signalledFingerprint, usedFingerprint } from './fingerprint.ts';
import { loudnessOf } from './loudness.ts';
import type { Loudness } from './loudness.ts';
import { trackOf } from './microphones.ts';
import { withOpusParameters } from './opus.ts';
import { QualityReader } from './quality.ts';

/** The m-lines of every call, in this order, so that video and screen sharing later need no new ones. */
const VIDEO_LINES = 2;

/**
 * The voice connection of one call. The browser makes a fresh DTLS certificate for each RTCPeerConnection; the
 * peer's is compared with what was signalled before the path is called connected.
 */
export class RtcMediaPath implements MediaPath {
  readonly #connection: RTCPeerConnection;
  readonly #events: MediaPathEvents;
  readonly #quality: QualityReader;
  readonly #player = new Audio();
  #audio: RTCRtpTransceiver | undefined;
  #incoming: MediaStream | undefined;
  #loudness: Loudness | undefined;
  #expected: string | undefined;
  #state: PathState = 'connecting';
  #mayPlay = false;
  #closed = false;

  constructor(connection: RTCPeerConnection, events: MediaPathEvents) {
    this.#connection = connection;
    this.#events = events;
    this.#quality = new QualityReader(connection);
    this.#player.autoplay = false;
    connection.onicecandidate = ({ candidate }) => {
      if (candidate !== null && !this.#closed) events.onCandidate(toCandidate(candidate));
    };
    connection.onconnectionstatechange = () => void this.#follow(connection.connectionState);
    connection.ontrack = ({ track }) => {
      if (track.kind === 'audio') this.#receive(track);
    };
  }

  async offer(): Promise<string> {
    const connection = this.#connection;
    this.#audio = connection.addTransceiver('audio', { direction: 'sendrecv' });
    for (let line = 0; line < VIDEO_LINES; line += 1) {
      connection.addTransceiver('video', { direction: 'inactive' });
    }
    connection.createDataChannel('call');
    return this.#describe(await connection.createOffer());
  }

  async answer(offer: string): Promise<string> {
    const connection = this.#connection;
    await this.#takeRemote({ type: 'offer', sdp: offer });
    const [audio, ...others] = connection.getTransceivers();
    this.#audio ??= audio;
    if (this.#audio !== undefined) this.#audio.direction = 'sendrecv';
    // A caller who offers to send video before anybody accepted sends none.
    for (const other of others) other.direction = 'inactive';
    return this.#describe(await connection.createAnswer());
  }

  takeAnswer(answer: string): Promise<void> {
    return this.#takeRemote({ type: 'answer', sdp: answer });
  }

  async restartOffer(): Promise<string> {
    if (this.#connection.signalingState === 'have-local-offer') {
      await this.#connection.setLocalDescription({ type: 'rollback' });
    }
    return this.#describe(await this.#connection.createOffer({ iceRestart: true }));
  }

  addCandidate({ candidate, mid, mLineIndex }: Candidate): void {
    const line = { candidate, sdpMid: mid ?? null, sdpMLineIndex: mLineIndex ?? null };
    // A candidate of an older generation, or one this browser cannot use: the others remain.
    this.#connection.addIceCandidate(line).catch(() => undefined);
  }

  async send(microphone: OpenMicrophone | undefined): Promise<void> {
    const track = microphone === undefined ? null : (trackOf(microphone) ?? null);
    await this.#audio?.sender.replaceTrack(track);
  }

  play(): void {
    this.#mayPlay = true;
    this.#startPlaying();
  }

  setSpeaker(id: string | undefined): void {
    // Not on iOS and Android; a speaker that was unplugged is refused and the old one goes on.
    if ('setSinkId' in this.#player) this.#player.setSinkId(id ?? '').catch(() => undefined);
  }

  level(): number {
    return this.#mayPlay ? (this.#loudness?.read() ?? 0) : 0;
  }

  quality(): Promise<CallQuality> {
    return this.#quality.read();
  }

  close(): void {
    this.#closed = true;
    this.#loudness?.close();
    this.#player.pause();
    this.#player.srcObject = null;
    this.#connection.close();
  }

  async #takeRemote(description: { type: 'offer' | 'answer'; sdp: string }): Promise<void> {
    this.#expected = signalledFingerprint(description.sdp);
    await this.#connection.setRemoteDescription(description);
  }

  /** Sets a description of our own and returns what the peer gets: with no candidates, those are trickled. */
  async #describe(made: RTCSessionDescriptionInit): Promise<string> {
    const sdp = withOpusParameters(made.sdp ?? '');
    await this.#connection.setLocalDescription({ type: made.type, sdp });
    return sdp
      .split('\r\n')
      .filter((line) => !line.startsWith('a=candidate:'))
      .join('\r\n');
  }

  #receive(track: MediaStreamTrack): void {
    this.#incoming = new MediaStream([track]);
    this.#loudness?.close();
    this.#loudness = loudnessOf(this.#incoming);
    this.#player.srcObject = this.#incoming;
    if (this.#mayPlay) this.#startPlaying();
  }

  #startPlaying(): void {
    if (this.#incoming === undefined || this.#state === 'not-secure') return;
    this.#player.play().catch((failure: unknown) => {
      const blocked = failure instanceof DOMException && failure.name === 'NotAllowedError';
      if (blocked && !this.#closed) this.#events.onPlayBlocked();
    });
  }

  async #follow(state: RTCPeerConnectionState): Promise<void> {
    switch (state) {
      case 'new':
      case 'connecting':
      case 'closed':
        return;
      case 'disconnected':
        this.#become('broken');
        return;
      case 'failed':
        this.#become('failed');
        return;
      case 'connected': {
        const used = await usedFingerprint(this.#connection);
        // While it was asked for, the connection broke: it is asked again when that comes back.
        if (this.#connection.connectionState !== 'connected') return;
        // A browser that does not tell the certificate is no proof of a stranger on the line, nor of the peer.
        if (used === undefined) this.#become('failed');
        else this.#become(used === this.#expected ? 'connected' : 'not-secure');
      }
    }
  }

  #become(state: PathState): void {
    if (this.#closed || this.#state === 'not-secure') return;
    this.#state = state;
    if (state === 'not-secure') this.#player.pause();
    this.#events.onState(state);
  }
}

function toCandidate({ candidate, sdpMid, sdpMLineIndex }: RTCIceCandidate): Candidate {
  return {
    candidate,
    ...(sdpMid !== null && { mid: sdpMid }),
    ...(sdpMLineIndex !== null && { mLineIndex: sdpMLineIndex }),
  };
}
