import type { Bytes } from '#lib/domain/bytes.ts';
import type {
  Candidate,
  MediaPath,
  MediaPathEvents,
  PathState,
  Picture,
  PictureKind,
} from '#lib/ports/media.ts';

/** What one side was told, in order, with a way to wait for more. */
export class Told {
  readonly states: PathState[] = [];
  readonly candidates: Candidate[] = [];
  readonly frames: Bytes[] = [];
  readonly framesOpen: boolean[] = [];
  readonly hearing: ('heard' | 'silent')[] = [];
  readonly sparse: boolean[] = [];
  readonly pictures: (readonly [PictureKind, Picture | undefined])[] = [];
  readonly #waiting = new Set<() => void>();

  /** Resolves as soon as this holds; it is asked whenever something was told. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** The last state, as soon as it is one of these. */
  async reaches(...wanted: PathState[]): Promise<PathState | undefined> {
    const last = () => this.states.at(-1);
    await this.until(() => wanted.some((state) => state === last()));
    return last();
  }

  /** Events that are noted here; candidates also go where they belong. */
  events(onCandidate: (candidate: Candidate) => void): MediaPathEvents {
    const note =
      <T>(list: T[]) =>
      (one: T) => {
        list.push(one);
        for (const look of [...this.#waiting]) look();
      };
    const noteCandidate = note(this.candidates);
    const notePicture = note(this.pictures);
    return {
      onCandidate: (candidate) => {
        noteCandidate(candidate);
        onCandidate(candidate);
      },
      onState: note(this.states),
      onPlayBlocked: () => undefined,
      onFrame: note(this.frames),
      onFrames: note(this.framesOpen),
      onHearing: note(this.hearing),
      onSparse: note(this.sparse),
      onPicture: (kind, picture) => notePicture([kind, picture]),
      onDetour: () => undefined,
    };
  }
}

export interface Side {
  readonly path: MediaPath;
  readonly told: Told;
}

/** Opens two paths. Candidates go across as those of a call do: not before the description that they belong to. */
export function twoSides(open: (events: MediaPathEvents) => MediaPath): [alice: Side, bob: Side] {
  const alice = new Post();
  const bob = new Post();
  const sides = [
    { path: alice.reads(open(alice.told.events((one) => bob.take(one)))), told: alice.told },
    { path: bob.reads(open(bob.told.events((one) => alice.take(one)))), told: bob.told },
  ] as const;
  alice.other = bob;
  bob.other = alice;
  return [...sides];
}

/** What waits for one side until it has the other's description. */
class Post {
  readonly told = new Told();
  other: Post | undefined;
  #path: MediaPath | undefined;
  #waiting: Candidate[] = [];
  /** The other side has described itself, and this one has not heard of it. */
  #behind = false;

  take(candidate: Candidate): void {
    if (this.#behind) this.#waiting.push(candidate);
    else this.#path?.addCandidate(candidate);
  }

  /** The path, which notes what it describes and takes. */
  reads(path: MediaPath): MediaPath {
    this.#path = path;
    const { offer, answer, restartOffer, takeAnswer } = path;
    return Object.assign(path, {
      offer: () => this.#describes(offer.call(path)),
      restartOffer: (...servers: Parameters<typeof restartOffer>) =>
        this.#describes(restartOffer.apply(path, servers)),
      answer: async (...given: Parameters<typeof answer>) => {
        const made = await this.#describes(answer.apply(path, given));
        this.#catchUp();
        return made;
      },
      takeAnswer: async (given: string) => {
        await takeAnswer.call(path, given);
        this.#catchUp();
      },
    });
  }

  #describes(made: Promise<string>): Promise<string> {
    if (this.other !== undefined) this.other.#behind = true;
    return made;
  }

  #catchUp(): void {
    this.#behind = false;
    for (const candidate of this.#waiting.splice(0)) this.#path?.addCandidate(candidate);
  }
}

export async function connect([alice, bob]: readonly [Side, Side]): Promise<void> {
  const offer = await alice.path.offer();
  await alice.path.takeAnswer(await bob.path.answer(offer));
  await Promise.all([alice.told.reaches('connected'), bob.told.reaches('connected')]);
}
