import type { Plugin } from 'vite';

const FILE = '/@libp2p/webrtc/dist/src/private-to-private/initiate-connection.js';

/** What the package says, and what it should say. Each must match exactly once. */
const REPLACEMENTS: readonly (readonly [from: string, to: string])[] = [
  ["if (channel.readyState !== 'open') {", "if (channel.readyState === 'connecting') {"],
  [
    "await pEvent(channel, 'close', {",
    "if (channel.readyState !== 'closed') await pEvent(channel, 'close', {",
  ],
];

/**
 * Mends a race in `@libp2p/webrtc` 6.0.33: the dialler waits for its init channel to open and then to close, but
 * on a busy main thread both events have passed already, and the dial hangs for 6 s and fails (one in five).
 * The build fails if the package's code no longer matches: then see whether it still needs this.
 */
export function webrtcDialFix(): Plugin {
  let mended = false;
  return {
    name: 'woxly-webrtc-dial-fix',
    transform(code, id) {
      if (!id.split('?')[0]?.endsWith(FILE)) return undefined;
      mended = true;
      return { code: mendInitiator(code), map: null };
    },
    generateBundle() {
      if (this.environment.name === 'client' && !mended) {
        this.error(`${FILE} is not in the bundle: the dial race is not mended`);
      }
    },
  };
}

/** @throws when a pattern does not stand in the code exactly once. */
export function mendInitiator(code: string): string {
  return REPLACEMENTS.reduce((mending, [from, to]) => {
    if (mending.split(from).length !== 2) {
      throw new Error(`@libp2p/webrtc has changed: ${JSON.stringify(from)} is not there once`);
    }
    return mending.replace(from, to);
  }, code);
}
