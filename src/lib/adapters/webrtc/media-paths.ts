import type { IceServer, MediaPaths } from '#lib/ports/media.ts';
import { RtcMediaPath } from './media-path.ts';

export const browserMediaPaths: MediaPaths = {
  supported: typeof RTCPeerConnection === 'function' && 'mediaDevices' in navigator,
  open: (policy, servers, events) =>
    new RtcMediaPath(
      new RTCPeerConnection({
        iceServers: servers.map(toRtcServer),
        iceTransportPolicy: policy,
        bundlePolicy: 'max-bundle',
        rtcpMuxPolicy: 'require',
      }),
      events,
    ),
};

function toRtcServer({ urls, username, credential }: IceServer): RTCIceServer {
  return {
    urls: [...urls],
    ...(username !== undefined && { username }),
    ...(credential !== undefined && { credential }),
  };
}
