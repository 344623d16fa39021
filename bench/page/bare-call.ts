import type { Page } from '@playwright/test';

/** Two pages talk over one RTCPeerConnection each, with the same microphone settings as WOXLY, and nothing else. */
export async function bareCall(caller: Page, callee: Page): Promise<void> {
  const offer = await caller.evaluate(describe, undefined);
  const answer = await callee.evaluate(describe, offer);
  await caller.evaluate(finish, answer);
  for (const page of [caller, callee]) await page.evaluate(untilConnected);
}

/** Runs in the page: opens the microphone, and offers or answers with every candidate. */
async function describe(offer: RTCSessionDescriptionInit | undefined) {
  const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  const player = new Audio();
  connection.ontrack = ({ track }) => {
    player.srcObject = new MediaStream([track]);
    void player.play();
  };
  Object.defineProperty(globalThis, 'bareCall', { value: { connection, player } });
  const audio = {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    channelCount: 1,
  };
  const stream = await navigator.mediaDevices.getUserMedia({ audio });
  if (offer !== undefined) await connection.setRemoteDescription(offer);
  for (const track of stream.getTracks()) connection.addTrack(track, stream);
  await connection.setLocalDescription();
  await new Promise<void>((resolve) => {
    const look = () => {
      if (connection.iceGatheringState === 'complete') resolve();
    };
    connection.onicegatheringstatechange = look;
    look();
  });
  return connection.localDescription?.toJSON() as RTCSessionDescriptionInit;
}

interface Held {
  readonly bareCall: { readonly connection: RTCPeerConnection };
}

async function finish(answer: RTCSessionDescriptionInit): Promise<void> {
  await (globalThis as unknown as Held).bareCall.connection.setRemoteDescription(answer);
}

function untilConnected(): Promise<void> {
  const { connection } = (globalThis as unknown as Held).bareCall;
  return new Promise((resolve) => {
    const look = () => {
      if (connection.connectionState === 'connected') resolve();
    };
    connection.onconnectionstatechange = look;
    look();
  });
}
