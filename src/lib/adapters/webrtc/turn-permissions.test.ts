import { expect, test } from 'vitest';
import { permitOwnServers } from './turn-permissions.ts';

/** What a connection needs to have here. */
class FakeConnection extends EventTarget {
  signalingState: RTCSignalingState = 'have-local-offer';
  readonly added: string[] = [];

  gather(type: RTCIceCandidateType, address: string): void {
    const event = new Event('icecandidate');
    this.dispatchEvent(Object.assign(event, { candidate: { type, address } }));
  }

  become(state: RTCSignalingState): void {
    this.signalingState = state;
    this.dispatchEvent(new Event('signalingstatechange'));
  }

  async addIceCandidate({ candidate = '' }: RTCIceCandidateInit): Promise<void> {
    this.added.push(candidate);
    return Promise.reject(new Error('unknown ufrag'));
  }
}

function permitted(): FakeConnection {
  const connection = new FakeConnection();
  permitOwnServers(connection as unknown as RTCPeerConnection);
  return connection;
}

const addresses = ({ added }: FakeConnection) =>
  added.map((line) => /udp 1 (\S+) 1024 typ relay .* ufrag none$/.exec(line)?.[1]);

test('each own server that is known when the answer comes is permitted, once', () => {
  const connection = permitted();
  connection.gather('relay', '192.0.2.1');
  connection.gather('relay', '192.0.2.1');
  connection.gather('relay', '192.0.2.2');
  connection.gather('host', '198.51.100.7');
  connection.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate: null }));
  expect(connection.added).toEqual([]);
  connection.become('stable');
  expect(addresses(connection)).toEqual(['192.0.2.1', '192.0.2.2']);
});

test('none comes after the first candidates of the peer, which Chromium would forget', () => {
  const connection = permitted();
  connection.become('stable');
  connection.gather('relay', '192.0.2.1');
  connection.become('have-local-offer');
  connection.become('stable');
  expect(connection.added).toEqual([]);
});
