import { afterEach, expect, test } from 'vitest';
import type { Candidate, MediaPath, OpenMicrophone, PathState } from '#lib/ports/media.ts';
import { checkCandidate, checkSdp } from '#lib/protocol/sdp-check.ts';
import { browserMediaPaths } from './media-paths.ts';
import { browserMicrophones } from './microphones.ts';

const never = new AbortController().signal;
const closing: { close(): void }[] = [];
afterEach(() => {
  for (const one of closing.splice(0)) one.close();
});

interface Side {
  readonly path: MediaPath;
  readonly states: PathState[];
  readonly candidates: Candidate[];
  /** The last state, as soon as it is one of these. */
  reaches(...wanted: PathState[]): Promise<PathState>;
}

/** Two sides of a call in one page; candidates go across at once. */
function twoSides(): { alice: Side; bob: Side } {
  const sides: { alice?: Side; bob?: Side } = {};
  const side = (other: 'alice' | 'bob'): Side => {
    const states: PathState[] = [];
    const candidates: Candidate[] = [];
    const path = browserMediaPaths.open('all', [], {
      onCandidate: (candidate) => {
        candidates.push(candidate);
        sides[other]?.path.addCandidate(candidate);
      },
      onState: (state) => void states.push(state),
      onPlayBlocked: () => undefined,
    });
    closing.push(path);
    const reaches = (...wanted: PathState[]) =>
      expect
        .poll(() => states.at(-1), { timeout: 15_000 })
        .toSatisfy((state: PathState) => wanted.includes(state))
        .then(() => states.at(-1) as PathState);
    return { path, states, candidates, reaches };
  };
  const alice = (sides.alice = side('bob'));
  const bob = (sides.bob = side('alice'));
  return { alice, bob };
}

async function connect({ alice, bob }: { alice: Side; bob: Side }): Promise<void> {
  const offer = await alice.path.offer();
  await alice.path.takeAnswer(await bob.path.answer(offer));
  await Promise.all([alice.reaches('connected'), bob.reaches('connected')]);
}

async function microphone(): Promise<OpenMicrophone> {
  const opened = await browserMicrophones.open(undefined, never);
  closing.push(opened);
  return opened;
}

test('the offer has all m-lines, the Opus parameters, no candidate, and passes our own check', async () => {
  const { alice, bob } = twoSides();
  const offer = await alice.path.offer();
  const answer = await bob.path.answer(offer);
  for (const sdp of [offer, answer]) {
    expect(sdp.match(/^m=\w+/gm)).toEqual(['m=audio', 'm=video', 'm=video', 'm=application']);
    expect(sdp).toContain('cbr=1');
    expect(sdp).not.toContain('a=candidate:');
    expect(checkSdp(sdp)?.fingerprint).toMatch(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/);
  }
  expect(offer.match(/a=inactive/g)).toHaveLength(2);
});

test('every call has a certificate of its own', async () => {
  const [one, two] = [twoSides(), twoSides()];
  const fingerprint = async (side: Side) => checkSdp(await side.path.offer())?.fingerprint;
  expect(await fingerprint(one.alice)).not.toBe(await fingerprint(two.alice));
});

test('connects, and candidates pass our own check', async () => {
  const sides = twoSides();
  await connect(sides);
  const { candidates } = sides.alice;
  expect(candidates.length).toBeGreaterThan(0);
  expect(candidates.every(({ candidate }) => checkCandidate(candidate, { loopback: true }))).toBe(
    true,
  );
  expect((await sides.alice.path.quality()).path).toBe('direct');
});

test('sends nothing before the microphone is attached, then sound that is heard', async () => {
  const sides = twoSides();
  const { alice, bob } = sides;
  await connect(sides);
  bob.path.play();
  expect(bob.path.level()).toBe(0);
  await alice.path.send(await microphone());
  await expect.poll(() => bob.path.level(), { timeout: 15_000 }).toBeGreaterThan(0.1);
  await expect.poll(async () => (await bob.path.quality()).codec, { timeout: 15_000 }).toBe('opus');
  await alice.path.send(undefined);
  await expect.poll(() => bob.path.level(), { timeout: 15_000 }).toBe(0);
});

test('a muted microphone sends silence', async () => {
  const sides = twoSides();
  await connect(sides);
  const opened = await microphone();
  opened.setMuted(true);
  expect(opened.level()).toBe(0);
  sides.bob.path.play();
  await sides.alice.path.send(opened);
  await expect
    .poll(async () => (await sides.bob.path.quality()).receiveKbps ?? 0, { timeout: 15_000 })
    .toBeGreaterThan(1);
  expect(sides.bob.path.level()).toBe(0);
});

test('a peer with another certificate than the one signalled is never connected', async () => {
  const { alice, bob } = twoSides();
  const answer = await bob.path.answer(await alice.path.offer());
  const forged = answer.replace(
    /(a=fingerprint:sha-256 )(..)/g,
    (_, before: string, byte: string) => before + (byte === 'AA' ? 'AB' : 'AA'),
  );
  await alice.path.takeAnswer(forged);
  expect(await alice.reaches('failed', 'not-secure')).toBeDefined();
  expect(alice.states).not.toContain('connected');
});

test('restarts ICE on the same connection', async () => {
  const sides = twoSides();
  const { alice, bob } = sides;
  await connect(sides);
  const ufrag = (sdp: string) => /a=ice-ufrag:(\S+)/.exec(sdp)?.[1];
  const first = await alice.path.restartOffer();
  const answer = await bob.path.answer(first);
  await alice.path.takeAnswer(answer);
  const second = await alice.path.restartOffer();
  expect(ufrag(first)).not.toBe(ufrag(second));
  await alice.path.takeAnswer(await bob.path.answer(second));
  await Promise.all([alice.reaches('connected'), bob.reaches('connected')]);
});

test('garbage from a peer is refused by a rejection, not a crash', async () => {
  const { alice } = twoSides();
  await alice.path.offer();
  await expect(alice.path.takeAnswer('v=0')).rejects.toThrow();
  alice.path.addCandidate({ candidate: 'candidate:nonsense' });
});

test('nothing is said after close', async () => {
  const sides = twoSides();
  await connect(sides);
  const told = sides.alice.states.length;
  sides.alice.path.close();
  await sides.bob.reaches('broken', 'failed');
  expect(sides.alice.states).toHaveLength(told);
});
