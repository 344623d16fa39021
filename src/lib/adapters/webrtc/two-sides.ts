import type { Bytes } from '#lib/domain/bytes.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Candidate, MediaPath, MediaPathEvents, PathState } from '#lib/ports/media.ts';
import { Report } from './report.ts';
import type { Stat } from './report.ts';

/** For tests in a real browser: two sides of a call in one page. Imported by tests only. */

export const pageClock: Clock = {
  now: () => Date.now(),
  after: (delay, run) => {
    const timer = setTimeout(run, delay);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** What one side was told, in order, with a way to wait for more. */
export class Told {
  readonly states: PathState[] = [];
  readonly candidates: Candidate[] = [];
  readonly frames: Bytes[] = [];
  readonly framesOpen: boolean[] = [];
  readonly hearing: ('heard' | 'silent')[] = [];
  readonly sparse: boolean[] = [];
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
      onDetour: () => undefined,
    };
  }
}

export interface Side {
  readonly path: MediaPath;
  readonly told: Told;
}

/** Opens two paths whose candidates go across at once. */
export function twoSides(open: (events: MediaPathEvents) => MediaPath): [alice: Side, bob: Side] {
  const told = [new Told(), new Told()] as const;
  const alice: MediaPath = open(told[0].events((candidate) => bob.addCandidate(candidate)));
  const bob: MediaPath = open(told[1].events((candidate) => alice.addCandidate(candidate)));
  return [
    { path: alice, told: told[0] },
    { path: bob, told: told[1] },
  ];
}

export async function connect([alice, bob]: readonly [Side, Side]): Promise<void> {
  const offer = await alice.path.offer();
  await alice.path.takeAnswer(await bob.path.answer(offer));
  await Promise.all([alice.told.reaches('connected'), bob.told.reaches('connected')]);
}

/** Resolves once so many more packets of sound have come in. */
export async function packetsCome(connection: RTCPeerConnection, more: number): Promise<void> {
  const count = async () => (await soundOf(connection, 'inbound-rtp'))?.packetsReceived ?? 0;
  const before = await count();
  while ((await count()) < before + more) {
    await new Promise<void>((resolve) => pageClock.after(50, resolve));
  }
}

export async function soundOf(
  connection: RTCPeerConnection,
  type: 'inbound-rtp' | 'outbound-rtp',
): Promise<Stat | undefined> {
  return (await Report.of(connection)).sound(type);
}
