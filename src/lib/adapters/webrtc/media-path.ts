import type { CallQuality } from '#lib/domain/call.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type {
  Candidate,
  IceServer,
  MediaPath,
  MediaPathEvents,
  OpenSource,
  PictureKind,
  SourceKind,
} from '#lib/ports/media.ts';
import { ENCODINGS } from './encoding.ts';
import type { Encoding, EncodingName } from './encoding.ts';
import { usedFingerprint } from './fingerprint.ts';
import { Frames } from './frames.ts';
import { gathered } from './gathered.ts';
import type { HearingSign } from './hearing.ts';
import { Negotiation } from './negotiation.ts';
import { PathFacts } from './path-state.ts';
import { PathWatch } from './path-watch.ts';
import { Player } from './player.ts';
import { QualityReader } from './quality.ts';
import { RemotePictures } from './remote-pictures.ts';
import { Report } from './report.ts';
import { Revival } from './revival.ts';
import { trackOf } from './sources.ts';

/** Longest wait after the end for frames on their way (a hang-up among them), ms: a round trip, and a loss. */
const LINGER_MS = 500;

/**
 * How long a connection is sought, ms, until it counts as failed although the browser does not say so. Chromium says so
 * after 16 s, and not while a candidate of `turn-permissions.ts` has a pair.
 */
const FAILED_MOST_MS = 20_000;

/**
 * The voice connection of one call. The browser makes a fresh DTLS certificate for each RTCPeerConnection; the
 * peer's is compared with what was signalled before the path is called connected.
 */
export class RtcMediaPath implements MediaPath {
  readonly #connection: RTCPeerConnection;
  readonly #clock: Clock;
  readonly #events: MediaPathEvents;
  readonly #negotiation: Negotiation;
  readonly #facts: PathFacts;
  readonly #revival: Revival;
  readonly #frames: Frames;
  readonly #player: Player;
  readonly #pictures: RemotePictures;
  readonly #watch: PathWatch;
  readonly #quality: QualityReader;
  #encoding: EncodingName = 'normal';
  #offer: Promise<string> | undefined;
  #preparedOffer: string | undefined;
  #stopGivingUp: () => void = () => undefined;
  #sparse = false;
  #closed = false;

  constructor(connection: RTCPeerConnection, clock: Clock, events: MediaPathEvents) {
    this.#connection = connection;
    this.#clock = clock;
    this.#events = events;
    this.#quality = new QualityReader(connection);
    this.#revival = new Revival(connection);
    this.#facts = new PathFacts((state) => {
      if (!this.#closed) events.onState(state);
    });
    this.#frames = new Frames(connection, events);
    this.#player = new Player(() => {
      if (!this.#closed) events.onPlayBlocked();
    });
    this.#pictures = new RemotePictures((kind, picture) => {
      if (!this.#closed) events.onPicture(kind, picture);
    });
    this.#negotiation = new Negotiation(connection, ENCODINGS[this.#encoding], (encoding) => {
      this.#encodes(encoding);
    });
    this.#watch = new PathWatch({
      clock,
      connection,
      player: this.#player,
      onPackets: (missing) => {
        this.#facts.packets(missing);
      },
      onHearing: (sign) => {
        this.#hears(sign);
      },
      onEncoding: (encoding) => {
        this.#encode(encoding);
      },
      onDetour: () => {
        if (!this.#closed) events.onDetour();
      },
      canRepeat: () => this.#negotiation.canRepeat,
    });
    connection.onicecandidate = ({ candidate }) => {
      // Firefox also makes candidates for RTCP, which has no component of its own here (RFC 8843, 9.4).
      if (candidate === null || candidate.component === 'rtcp' || this.#closed) return;
      events.onCandidate(toCandidate(candidate));
    };
    connection.onconnectionstatechange = () => void this.#follow(connection.connectionState);
    connection.ontrack = ({ receiver, transceiver }) => {
      const kind = this.#negotiation.pictureKind(transceiver);
      if (kind !== undefined) this.#pictures.take(kind, receiver.track);
      else if (receiver.track.kind === 'audio') this.#player.take(receiver);
    };
  }

  get preparedOffer(): string | undefined {
    return this.#preparedOffer;
  }

  offer(): Promise<string> {
    return (this.#offer ??= this.#makeOffer());
  }

  answer(offer: string, servers?: readonly IceServer[]): Promise<string> {
    return this.#negotiation.answer(offer, servers);
  }

  takeAnswer(answer: string): Promise<void> {
    return this.#negotiation.takeAnswer(answer);
  }

  restartOffer(servers?: readonly IceServer[]): Promise<string> {
    return this.#negotiation.restartOffer(servers);
  }

  gathered(): Promise<void> {
    return gathered(this.#connection, this.#clock);
  }

  addCandidate({ candidate, mid, mLineIndex }: Candidate): void {
    const line = { candidate, sdpMid: mid ?? null, sdpMLineIndex: mLineIndex ?? null };
    // A candidate of an older generation, or one this browser cannot use: the others remain.
    this.#connection.addIceCandidate(line).catch(() => undefined);
  }

  async send<Kind extends SourceKind>(
    kind: Kind,
    source: OpenSource<Kind> | undefined,
  ): Promise<void> {
    const track = source === undefined ? null : (trackOf(source) ?? null);
    await this.#negotiation.send(kind, track);
  }

  takePictures(kind: PictureKind, on: boolean): void {
    this.#negotiation.takePictures(kind, on);
  }

  play(): void {
    this.#player.play();
  }

  setSpeaker(id: string | undefined): void {
    this.#player.setSpeaker(id);
  }

  level(): number {
    return this.#player.level();
  }

  async quality(): Promise<CallQuality> {
    const report = this.#watch.report ?? (await Report.of(this.#connection));
    return this.#quality.read(report, this.#encoding);
  }

  expect(peer: { readonly sending: boolean; readonly muted: boolean }): void {
    this.#watch.expect(peer);
  }

  setDataSaver(on: boolean): void {
    this.#watch.setSaver(on);
  }

  sendFrame(frame: Bytes): boolean {
    return this.#frames.send(frame);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopGivingUp();
    this.#watch.stop();
    this.#player.close();
    this.#pictures.forbid();
    for (const kind of ['microphone', 'camera', 'screen'] as const) {
      this.#negotiation.send(kind, null).catch(() => undefined);
    }
    const end = () => {
      stopWaiting();
      this.#connection.close();
    };
    const stopWaiting = this.#clock.after(LINGER_MS, end);
    this.#frames.close(end);
  }

  async #makeOffer(): Promise<string> {
    return (this.#preparedOffer = await this.#negotiation.offer());
  }

  async #follow(state: RTCPeerConnectionState): Promise<void> {
    this.#stopGivingUp();
    switch (state) {
      case 'new':
      case 'closed':
        return;
      case 'connecting':
        this.#giveUpLater();
        return;
      case 'disconnected':
        this.#facts.transport('down');
        this.#giveUpLater();
        return;
      case 'failed':
        this.#fail();
        return;
      case 'connected': {
        const used = await usedFingerprint(this.#connection, this.#clock);
        // While it was asked for, the connection broke: it is asked again when that comes back.
        if (this.#closed || this.#connection.connectionState !== 'connected') return;
        if (used === undefined) {
          // A browser that does not tell the certificate is no proof of a stranger on the line, nor of the peer.
          this.#facts.transport('failed');
          // On a busy machine it may only be late, and nothing else would say that the path is up after all.
          await this.#follow(this.#connection.connectionState);
        } else if (used === this.#negotiation.fingerprint) this.#connected();
        else this.#refuse();
      }
    }
  }

  #giveUpLater(): void {
    if (this.#closed) return;
    this.#stopGivingUp = this.#clock.after(FAILED_MOST_MS, () => {
      this.#fail();
      this.#giveUpLater();
    });
  }

  #fail(): void {
    this.#facts.transport('failed');
    this.#revival.again();
  }

  #connected(): void {
    this.#facts.transport('up');
    if (this.#facts.state === 'not-secure') return;
    this.#frames.verified();
    this.#pictures.verified();
    this.#watch.start();
  }

  /** Somebody else is at the other end. */
  #refuse(): void {
    this.#watch.stop();
    this.#frames.close(() => undefined);
    this.#player.forbid();
    this.#pictures.forbid();
    this.#facts.wrongCertificate();
  }

  #hears(sign: HearingSign): void {
    if (sign === 'replay') this.#player.restart();
    else if (!this.#closed) this.#events.onHearing(sign);
  }

  #encode(encoding: EncodingName): void {
    if (encoding === this.#encoding || this.#closed) return;
    this.#encoding = encoding;
    // A browser that does not take it goes on as before.
    this.#negotiation.encode(ENCODINGS[encoding]).catch(() => undefined);
  }

  #encodes({ sparse }: Encoding): void {
    if (sparse === this.#sparse || this.#closed) return;
    this.#sparse = sparse;
    this.#events.onSparse(sparse);
  }
}

function toCandidate({ candidate, sdpMid, sdpMLineIndex }: RTCIceCandidate): Candidate {
  return {
    candidate,
    ...(sdpMid !== null && { mid: sdpMid }),
    ...(sdpMLineIndex !== null && { mLineIndex: sdpMLineIndex }),
  };
}
