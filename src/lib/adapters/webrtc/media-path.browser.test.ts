import { afterEach, expect, test } from 'vitest';
import type { OpenMicrophone } from '#lib/ports/media.ts';
import { checkCandidate } from '#lib/protocol/ice-candidate.ts';
import { checkSdp } from '#lib/protocol/sdp-check.ts';
import { RtcMediaPath } from './media-path.ts';
import { browserMediaPaths } from './media-paths.ts';
import { browserMicrophones } from './microphones.ts';
import { connect, twoSides as openTwo } from '#lib/testing/two-paths.ts';
import { pageClock } from './page-calls.ts';
import type { Side } from '#lib/testing/two-paths.ts';

const never = new AbortController().signal;
const closing: { close(): void }[] = [];
afterEach(() => {
  for (const one of closing.splice(0)) one.close();
});

function twoSides(): [alice: Side, bob: Side] {
  const paths = browserMediaPaths(pageClock, true);
  const sides = openTwo((events) => paths.open('all', [], 'answers', events));
  closing.push(...sides.map(({ path }) => path));
  return sides;
}

async function microphone(): Promise<OpenMicrophone> {
  const opened = await browserMicrophones.open(undefined, never);
  closing.push(opened);
  return opened;
}

test('the offer has all m-lines, the Opus parameters, no candidate, and passes our own check', async () => {
  const [alice, bob] = twoSides();
  const offer = await alice.path.offer();
  const answer = await bob.path.answer(offer);
  for (const sdp of [offer, answer]) {
    expect(sdp.match(/^m=\w+/gm)).toEqual(['m=audio', 'm=video', 'm=video', 'm=application']);
    expect(sdp).toContain('cbr=1');
    // Opus first, RED behind it, so that either side can go over to it; and our own check lets both through.
    const [, opus, red] = /^m=audio \d+ \S+ (\d+) (\d+)\r$/m.exec(checkSdp(sdp)?.sdp ?? '') ?? [];
    expect(checkSdp(sdp)?.sdp).toContain(`a=rtpmap:${opus ?? ''} opus/48000/2`);
    expect(checkSdp(sdp)?.sdp).toContain(`a=rtpmap:${red ?? ''} red/48000/2`);
    expect(checkSdp(sdp)?.sdp).toContain(`a=fmtp:${red ?? ''} ${opus ?? ''}/${opus ?? ''}`);
    expect(sdp).not.toContain('a=candidate:');
    expect(checkSdp(sdp)?.fingerprint).toMatch(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/);
  }
  expect(offer.match(/a=inactive/g)).toHaveLength(2);
});

test('counts as failed after a while also where the browser does not say so', async () => {
  const late = new Set<() => void>();
  const giveUp = () => {
    for (const run of [...late]) run();
  };
  const clock = {
    ...pageClock,
    after: (delay: number, run: () => void) => {
      if (delay < 20_000) return pageClock.after(delay, run);
      late.add(run);
      return () => void late.delete(run);
    },
  };
  const sides = openTwo((events) =>
    browserMediaPaths(clock, true).open('all', [], 'offers', events),
  );
  closing.push(...sides.map(({ path }) => path));
  const [alice, bob] = sides;
  await connect([alice, bob]);
  giveUp();
  expect(alice.told.states).toEqual(['connected']);

  const [caller] = openTwo((events) =>
    browserMediaPaths(clock, true).open('all', [], 'offers', events),
  );
  closing.push(caller.path);
  const [, callee] = twoSides();
  await caller.path.takeAnswer(await callee.path.answer(await caller.path.offer()));
  // Nobody is there.
  caller.path.addCandidate({
    candidate: 'candidate:1 1 udp 1 192.0.2.9 9999 typ host',
    mLineIndex: 0,
  });
  // Chromium itself says so after 15 s.
  for (let looks = 0; looks < 100 && caller.told.states.length === 0; looks += 1) {
    await new Promise<void>((resolve) => pageClock.after(20, resolve));
    giveUp();
  }
  expect(caller.told.states).toEqual(['failed']);
});

test('tells when its candidates are gathered, and does not wait for servers that are dead', async () => {
  const [, bob] = twoSides();
  const [alice] = twoSides();
  await bob.path.answer(await alice.path.offer());
  await bob.path.gathered();
  const told = bob.told.candidates.length;
  expect(told).toBeGreaterThan(0);
  await bob.path.gathered();
  expect(bob.told.candidates).toHaveLength(told);

  let tired: () => void = () => undefined;
  const clock = {
    ...pageClock,
    after: (_delay: number, run: () => void) => {
      tired = run;
      return () => undefined;
    },
  };
  const dead = [{ urls: ['stun:192.0.2.1'] }];
  const [waiting] = openTwo((events) =>
    browserMediaPaths(clock, true).open('all', dead, 'offers', events),
  );
  closing.push(waiting.path);
  await waiting.path.offer();
  let gathered = false;
  const done = waiting.path.gathered().then(() => (gathered = true));
  await waiting.told.until(() => waiting.told.candidates.length > 0);
  expect(gathered).toBe(false);
  tired();
  await done;
});

test('every call has a certificate of its own', async () => {
  const [[one], [two]] = [twoSides(), twoSides()];
  const fingerprint = async (side: Side) => checkSdp(await side.path.offer())?.fingerprint;
  expect(await fingerprint(one)).not.toBe(await fingerprint(two));
});

test('connects, and candidates pass our own check', async () => {
  const sides = twoSides();
  await connect(sides);
  const candidates = sides[0].told.candidates.filter(({ candidate }) => !/ tcp /i.test(candidate));
  expect(candidates.length).toBeGreaterThan(0);
  expect(candidates.every(({ candidate }) => checkCandidate(candidate, { loopback: true }))).toBe(
    true,
  );
  expect((await sides[0].path.quality()).path).toBe('direct');
});

test('sends nothing before the microphone is attached, then sound that is heard', async () => {
  const sides = twoSides();
  const [alice, bob] = sides;
  await connect(sides);
  bob.path.play();
  expect(bob.path.level()).toBe(0);
  await alice.path.send('microphone', await microphone());
  await expect.poll(() => bob.path.level(), { timeout: 15_000 }).toBeGreaterThan(0.1);
  await expect.poll(async () => (await bob.path.quality()).codec, { timeout: 15_000 }).toBe('opus');
  await alice.path.send('microphone', undefined);
  await expect.poll(() => bob.path.level(), { timeout: 15_000 }).toBe(0);
});

test('a muted microphone sends silence', async () => {
  const sides = twoSides();
  await connect(sides);
  const opened = await microphone();
  opened.setMuted(true);
  expect(opened.level()).toBe(0);
  sides[1].path.play();
  await sides[0].path.send('microphone', opened);
  await expect
    .poll(async () => (await sides[1].path.quality()).receiveKbps ?? 0, { timeout: 15_000 })
    .toBeGreaterThan(1);
  expect(sides[1].path.level()).toBe(0);
});

/** A connection whose browser does not compare certificates: for any fingerprint it is given the true one. */
class Credulous extends RTCPeerConnection {
  truth = '';

  override setRemoteDescription({ type, sdp = '' }: RTCSessionDescriptionInit): Promise<void> {
    const corrected = sdp.replace(/a=fingerprint:.*/g, `a=fingerprint:sha-256 ${this.truth}`);
    return super.setRemoteDescription({ type, sdp: corrected });
  }
}

test.each(['answer', 'offer'] as const)(
  'a peer with another certificate than the one in their %s is never connected, whatever the browser says',
  async (forged) => {
    const connection = new Credulous();
    const unused = [connection, new RTCPeerConnection()];
    // The first is the side that is lied to.
    const sides = openTwo((events) => {
      const own = unused.shift() ?? new RTCPeerConnection();
      return new RtcMediaPath(own, pageClock, events);
    });
    closing.push(...sides.map(({ path }) => path));
    const [alice, bob] = sides;
    const forge = (sdp: string) => {
      connection.truth = checkSdp(sdp)?.fingerprint ?? '';
      const other = connection.truth.replace(/^../, (byte) => (byte === 'AA' ? 'AB' : 'AA'));
      return sdp.replaceAll(connection.truth, other);
    };
    if (forged === 'answer') {
      await alice.path.takeAnswer(forge(await bob.path.answer(await alice.path.offer())));
    } else {
      await bob.path.takeAnswer(await alice.path.answer(forge(await bob.path.offer())));
    }
    await alice.told.reaches('not-secure', 'connected');
    expect(connection.connectionState).toBe('connected');
    expect(alice.told.states).toEqual(['not-secure']);
  },
);

test('restarts ICE on the same connection', async () => {
  const sides = twoSides();
  const [alice, bob] = sides;
  await connect(sides);
  const ufrag = (sdp: string) => /a=ice-ufrag:(\S+)/.exec(sdp)?.[1];
  const first = await alice.path.restartOffer();
  const answer = await bob.path.answer(first);
  await alice.path.takeAnswer(answer);
  const second = await alice.path.restartOffer();
  expect(ufrag(first)).not.toBe(ufrag(second));
  await alice.path.takeAnswer(await bob.path.answer(second));
  await Promise.all([alice.told.reaches('connected'), bob.told.reaches('connected')]);
});

test('garbage from a peer is refused by a rejection, not a crash', async () => {
  const [alice] = twoSides();
  await alice.path.offer();
  await expect(alice.path.takeAnswer('v=0')).rejects.toThrow();
  alice.path.addCandidate({ candidate: 'candidate:nonsense' });
});

test('nothing is said after close', async () => {
  const sides = twoSides();
  await connect(sides);
  const told = sides[0].told.states.length;
  sides[0].path.close();
  await sides[1].told.reaches('broken', 'failed');
  expect(sides[0].told.states).toHaveLength(told);
});

test('of an offer with more lines than we make nothing but sound is taken', async () => {
  const hostile = new RTCPeerConnection();
  closing.push(hostile);
  hostile.addTransceiver('audio');
  for (let line = 0; line < 3; line += 1)
    hostile.addTransceiver('video', { direction: 'sendonly' });
  const { sdp = '' } = await hostile.createOffer();
  const [, bob] = twoSides();
  const lines = (await bob.path.answer(sdp)).split(/^m=/m).slice(1);
  expect(lines.map((line) => line.slice(0, 5))).toEqual(['audio', 'video', 'video', 'video']);
  expect(lines.map((line) => /^a=(sendrecv|recvonly|inactive)/m.exec(line)?.[1])).toEqual([
    'sendrecv',
    'inactive',
    'inactive',
    'inactive',
  ]);
});
