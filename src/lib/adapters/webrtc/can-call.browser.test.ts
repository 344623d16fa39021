import { afterEach, expect, test, vi } from 'vitest';
import { canCall } from './can-call.ts';
import { usedFingerprint } from './fingerprint.ts';
import { checkSdp } from '#lib/protocol/sdp-check.ts';
import { pageClock } from './page-calls.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  for (const run of undo.splice(0).reverse()) run();
});

/** As browsers were before they told the peer's certificate itself. */
function withoutCertificates(): void {
  const { prototype } = RTCDtlsTransport;
  const member = Object.getOwnPropertyDescriptor(prototype, 'getRemoteCertificates');
  if (member === undefined) throw new Error('this browser has none anyway');
  Reflect.deleteProperty(prototype, 'getRemoteCertificates');
  undo.push(() => Object.defineProperty(prototype, 'getRemoteCertificates', member));
}

/** As Firefox was before version 154. */
function withoutStatistics(): void {
  const { getStats } = RTCPeerConnection.prototype;
  vi.spyOn(RTCPeerConnection.prototype, 'getStats').mockImplementation(async function (
    this: RTCPeerConnection,
  ) {
    const report = (await getStats.call(this)) as unknown as ReadonlyMap<string, { type: string }>;
    return new Map([...report].filter(([, { type }]) => type !== 'certificate'));
  });
}

/** What one side of a real connection finds out about the other, beside what the other signalled. */
async function found() {
  const sides = [new RTCPeerConnection(), new RTCPeerConnection()] as const;
  const [caller, callee] = sides;
  undo.push(() => sides.forEach((side) => side.close()));
  caller.onicecandidate = ({ candidate }) => void callee.addIceCandidate(candidate ?? undefined);
  callee.onicecandidate = ({ candidate }) => void caller.addIceCandidate(candidate ?? undefined);
  caller.addTransceiver('audio');
  await caller.setLocalDescription();
  await callee.setRemoteDescription(caller.localDescription ?? { type: 'offer' });
  await callee.setLocalDescription();
  const answer = callee.localDescription ?? { type: 'answer' as const, sdp: '' };
  await caller.setRemoteDescription(answer);
  await expect.poll(() => caller.connectionState, { timeout: 15_000 }).toBe('connected');
  const signalled = checkSdp(answer.sdp)?.fingerprint;
  expect(signalled).toBeDefined();
  return { used: await usedFingerprint(caller, pageClock), signalled };
}

const untouched = () => undefined;

test.each([
  ['both', untouched],
  ['the certificate alone', withoutStatistics],
  ['statistics alone', withoutCertificates],
])('a browser that tells the peer by %s can call, and finds the true one', async (_, strip) => {
  strip();
  expect(await canCall()).toBe(true);
  const { used, signalled } = await found();
  expect(used).toBe(signalled);
});

test('a browser that does not tell with whom a connection is makes no calls', async () => {
  withoutCertificates();
  withoutStatistics();
  expect(await canCall()).toBe(false);
});

test('a browser without voice connections makes no calls', async () => {
  vi.stubGlobal('RTCPeerConnection', undefined);
  expect(await canCall()).toBe(false);
});
