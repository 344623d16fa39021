import type { Connection, StreamHandler, Transport } from '@libp2p/interface';
import type { Registrar } from '@libp2p/interface-internal';
import type { DeviceKey } from '#lib/domain/ids.ts';
import { insideOf } from '#lib/patches/inside.ts';
import { parseDeviceKey } from '#lib/protocol/key-text.ts';

/** Whoever may learn this device's addresses. */
export type MayConnect = (device: DeviceKey) => boolean;

/**
 * A WebRTC transport that refuses signalling from whoever may not learn this device's addresses, before any
 * RTCPeerConnection exists. Without it libp2p answers everybody, host candidates included.
 */
export const gateSignalling = <C extends { registrar: Registrar }>(
  transport: (components: C) => Transport,
  mayConnect: MayConnect,
): ((components: C) => Transport) =>
  gateStreams(transport, ({ remotePeer }) => {
    const device = parseDeviceKey(remotePeer.toString());
    return device !== undefined && mayConnect(device);
  });

/**
 * A transport whose streams only some connections may open.
 *
 * It wraps the handler that the transport registers. libp2p's own stream middleware cannot be used: in 3.3.11
 * each inbound stream adds its handler to the registered list, so that the next stream runs it twice.
 */
export function gateStreams<C extends { registrar: Registrar }>(
  transport: (components: C) => Transport,
  mayOpen: (connection: Connection) => boolean,
): (components: C) => Transport {
  return (components) =>
    transport(
      substitute(
        components,
        'registrar',
        substitute(
          insideOf<Registrar>('stream-handlers', components.registrar),
          'handle',
          gatedHandle,
        ),
      ),
    );

  function gatedHandle(
    this: Registrar,
    ...[protocol, handler, options]: Parameters<Registrar['handle']>
  ): Promise<void> {
    const gated: StreamHandler = (stream, connection) => {
      if (mayOpen(connection)) return handler(stream, connection);
      stream.abort(new Error('this is not for everybody'));
    };
    return this.handle(protocol, gated, options);
  }
}

/** The object with one property replaced; a function put in its place is called on the original. */
function substitute<T extends object, K extends keyof T>(target: T, key: K, value: T[K]): T {
  return new Proxy(target, {
    get: (original, name) => {
      if (name !== key) {
        const own: unknown = Reflect.get(original, name, original);
        return typeof own === 'function' ? (own.bind(original) as unknown) : own;
      }
      return typeof value === 'function' ? (value.bind(original) as unknown) : value;
    },
  });
}
