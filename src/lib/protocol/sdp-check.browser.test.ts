import { afterEach, expect, test } from 'vitest';
import { checkCandidate } from './ice-candidate.ts';
import { checkSdp } from './sdp-check.ts';
import { withoutStrayTypes } from './sdp-payload-types.ts';
import firefox from './vectors/firefox-sdp.json' with { type: 'json' };

const open: RTCPeerConnection[] = [];
const connection = () => {
  const made = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  open.push(made);
  return made;
};
afterEach(() => {
  for (const made of open.splice(0)) made.close();
});

const checked = (description: RTCSessionDescriptionInit): string => {
  const sdp = checkSdp(description.sdp ?? '')?.sdp;
  if (sdp === undefined) throw new Error(`${description.type} refused`);
  return sdp;
};

test('this browser says nothing that is refused or left out, and connects with what comes out', async () => {
  const [caller, callee] = [connection(), connection()];
  const refused: string[] = [];
  for (const [from, to] of [
    [caller, callee],
    [callee, caller],
  ] as const) {
    from.onicecandidate = ({ candidate }) => {
      const line = candidate?.candidate ?? '';
      if (!checkCandidate(line, { loopback: true })) refused.push(line.split(' ')[2] ?? '');
      else if (candidate !== null) void to.addIceCandidate(candidate);
    };
  }
  caller.addTransceiver('audio');
  caller.addTransceiver('video', { direction: 'inactive' });
  caller.addTransceiver('video', { direction: 'inactive' });
  const channel = caller.createDataChannel('call');
  const opened = new Promise((resolve) => (channel.onopen = resolve));

  const offer = await caller.createOffer();
  expect(checked(offer)).toBe(offer.sdp);
  await callee.setRemoteDescription({ type: 'offer', sdp: checked(offer) });
  const answer = await callee.createAnswer();
  expect(checked(answer)).toBe(answer.sdp);
  await caller.setLocalDescription(offer);
  await callee.setLocalDescription(answer);
  await caller.setRemoteDescription({ type: 'answer', sdp: checked(answer) });
  await opened;
  // Of TCP, which only offers to connect to a port.
  expect(refused.filter((transport) => transport !== 'tcp')).toEqual([]);

  const restart = await caller.createOffer({ iceRestart: true });
  expect(checkSdp(restart.sdp ?? '')).toBeDefined();
  expect(checkSdp(caller.localDescription?.sdp ?? '')).toBeDefined();
});

test.each(['offer', 'gatheredOffer'] as const)(
  "this browser takes Firefox's %s as it comes out, and not as it is",
  async (kind) => {
    const sdp = firefox[kind];
    await expect(connection().setRemoteDescription({ type: 'offer', sdp })).rejects.toThrow();
    for (const taken of [checked({ type: 'offer', sdp }), withoutStrayTypes(sdp)]) {
      const callee = connection();
      await callee.setRemoteDescription({ type: 'offer', sdp: taken });
      expect((await callee.createAnswer()).sdp).toMatch(/^m=audio 9 UDP/m);
    }
  },
);
