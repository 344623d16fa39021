/**
 * Where we reach past the public interface of libp2p's packages: of which package, which parts must be there, and what
 * no longer works without them. Why, since which version, and which test notices stands in `README.md` beside this.
 *
 * A part is a path of names; with `()` it must be a function.
 */
export const PATCHES = {
  'yamux-frames': {
    package: '@libp2p/yamux',
    parts: ['onData()', 'handleFrame()', 'onRemoteStream()', 'decoder.buffer'],
    lost: 'frames can no longer be counted',
  },
  'noise-frames': {
    package: '@libp2p/noise',
    parts: ['decrypt()', 'stream'],
    lost: 'frames can no longer be counted',
  },
  'data-channels': {
    package: '@libp2p/webrtc',
    parts: ['onRemoteStream()', 'streams'],
    lost: 'streams can no longer be counted',
  },
  'optimistic-streams': {
    package: '@libp2p/yamux',
    parts: ['createStreamMuxer()'],
    lost: 'streams can no longer be opened without waiting',
  },
  'inbound-upgrades': {
    package: 'libp2p',
    parts: ['upgradeInbound()'],
    lost: 'connections that come in can no longer be guarded',
  },
  'outbound-upgrades': {
    package: 'libp2p',
    parts: ['upgradeOutbound()'],
    lost: 'connections can no longer be encrypted at once',
  },
  'direct-dials': {
    package: 'libp2p',
    parts: ['dial()'],
    lost: 'several addresses of one peer can no longer be dialled side by side',
  },
  'stream-handlers': {
    package: 'libp2p',
    parts: ['handle()'],
    lost: 'who may open streams can no longer be said',
  },
  'gossip-neighbours': {
    package: '@libp2p/gossipsub',
    parts: [
      'createOutboundStream()',
      'onPeerConnected()',
      'onIncomingStream()',
      'streamsOutbound.has()',
    ],
    lost: 'it can no longer be kept to relays',
  },
  'gossip-streams': {
    package: '@libp2p/gossipsub',
    parts: ['createOutboundStream()', 'handlePeerReadStreamError()', 'direct.add()'],
    lost: 'its streams can no longer be guarded',
  },
  'gossip-cost': {
    package: '@libp2p/gossipsub',
    parts: ['handleReceivedRpc()'],
    lost: 'what it hears can no longer be counted',
  },
  'own-reservations': {
    package: '@libp2p/circuit-relay-v2',
    parts: ['reservationStore.addRelay()', 'reservationStore.hasReservation()'],
    lost: 'reservations can no longer be made by hand',
  },
  'given-reservations': {
    package: '@libp2p/circuit-relay-v2',
    parts: ['reservationStore.reserve()'],
    lost: 'reservations can no longer be limited',
  },
  circuits: {
    package: '@libp2p/circuit-relay-v2',
    parts: ['stopHop()'],
    lost: 'its circuits can no longer be counted',
  },
  'hop-requests': {
    package: '@libp2p/circuit-relay-v2',
    parts: ['onHop()'],
    lost: 'its requests can no longer be capped',
  },
  'socket-dials': {
    package: '@libp2p/websockets',
    parts: ['_connect()'],
    lost: 'its dials can no longer be led',
  },
  'socket-listener': {
    package: '@libp2p/websockets',
    parts: ['onWsServerConnection()', 'safeDispatchEvent()'],
    lost: 'its listener no longer takes connections',
  },
  'webrtc-handshakes': {
    package: '@libp2p/webrtc',
    parts: ['incomingConnection()', 'connections.get()'],
    lost: 'incoming connections can no longer be limited',
  },
  'small-listeners': {
    package: 'main-event',
    parts: [
      'addEventListener()',
      'removeEventListener()',
      'listenerCount()',
      'safeDispatchEvent()',
    ],
    lost: 'its listeners can no longer be made small',
  },
} as const satisfies Record<
  string,
  { readonly package: string; readonly parts: readonly string[]; readonly lost: string }
>;

export type PatchName = keyof typeof PATCHES;

/**
 * An object of a package as it is inside, once all that we use of it has been found there.
 *
 * @throws where the package has changed: then see in `README.md` what it was for, and whether that is still so
 */
// The type says what the parts are, which only the caller knows.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function insideOf<Inside extends object>(name: PatchName, object: object): Inside {
  const { package: of, parts, lost } = PATCHES[name];
  if (!parts.every((part) => isThere(object, part))) throw new Error(`${of} has changed: ${lost}`);
  return object as Inside;
}

function isThere(object: object, part: string): boolean {
  const isCalled = part.endsWith('()');
  let found: unknown = object;
  for (const step of part.replace('()', '').split('.')) {
    if ((typeof found !== 'object' && typeof found !== 'function') || found === null) return false;
    found = Reflect.get(found, step);
  }
  return isCalled ? typeof found === 'function' : found !== undefined;
}
