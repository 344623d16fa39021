import type { Setup } from '../contender.ts';
import type { BenchPage } from '../page-clock.ts';
import type { Microphone } from './microphone.ts';
import type { Signal } from './signal.ts';

type Message =
  { readonly description: RTCSessionDescriptionInit } | { readonly candidate: RTCIceCandidateInit };

/** A WebSocket and an RTCPeerConnection with trickled candidates, as a tutorial has it, and not more. */
export function bare({ iceServers }: Setup): void {
  const bench = (globalThis as never)[Symbol.for('woxly.bench')] as BenchPage;
  const signal = (globalThis as never)[Symbol.for('woxly.bench.signal')] as Signal;
  const microphone = (globalThis as never)[Symbol.for('woxly.bench.microphone')] as Microphone;
  const player = new Audio();
  let connection: RTCPeerConnection | undefined;
  let early: Message[] = [];

  const open = async (): Promise<RTCPeerConnection> => {
    const stream = await microphone.open();
    const opened = new RTCPeerConnection({ iceServers: [...iceServers] });
    opened.onicecandidate = ({ candidate }) => {
      if (candidate !== null) signal.send({ candidate: candidate.toJSON() });
    };
    opened.ontrack = ({ streams }) => {
      player.srcObject = streams[0] ?? null;
      void player.play();
    };
    stream.getTracks().forEach((track) => opened.addTrack(track, stream));
    return opened;
  };
  const take = async (message: Message): Promise<void> => {
    if (connection === undefined) return;
    if ('candidate' in message) return connection.addIceCandidate(message.candidate);
    await connection.setRemoteDescription(message.description);
    if (message.description.type !== 'offer') return;
    await connection.setLocalDescription();
    signal.send({ description: connection.localDescription });
  };
  signal.onMessage((given) => {
    const message = given as Message;
    if (connection !== undefined) return void take(message);
    early.push(message);
    if ('description' in message) bench.mark('ring');
  });

  bench.call = async () => {
    const calling = (connection = await open());
    await calling.setLocalDescription();
    signal.send({ description: calling.localDescription });
  };
  bench.accept = async () => {
    connection = await open();
    const waiting = early;
    early = [];
    for (const message of waiting) await take(message);
  };
  bench.hangUp = () => {
    connection?.close();
    microphone.close();
    connection = undefined;
    early = [];
  };
}
