import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bytes } from '#lib/domain/bytes.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';

/** A protocol at which the relay of the contract answers every frame with the same frame, and "no" to an empty one. */
export const ECHO_PROTOCOL = '/woxly/lookup/1';

/** What a network and one relay of it must be for the contract. */
export interface PeerNetworkWorld {
  readonly network: PeerNetwork;
  /** The relay's multiaddr, where it answers {@link ECHO_PROTOCOL}, to one frame and to many. */
  readonly relay: RelayAddress;
  /** A multiaddr at which nobody is. */
  readonly nowhere: RelayAddress;
  readonly topic: string;
  /** The relay says something on the topic; resolves when it has been sent, if anybody has subscribed. */
  gossip(message: Bytes): Promise<void>;
  /** The relay says nothing any more, and keeps its connections. */
  freeze(): void;
  stop(): Promise<void>;
}

const soon = (ms: number) => AbortSignal.timeout(ms);
const bytes = (...values: number[]): Bytes => Uint8Array.of(...values);

/** What relays are good for, whatever the network is made of. */
export function peerNetworkContract(name: string, open: () => Promise<PeerNetworkWorld>): void {
  describe(`${name} keeps the contract of PeerNetwork`, () => {
    let world: PeerNetworkWorld;
    beforeAll(async () => {
      world = await open();
    });
    afterAll(() => world.stop());

    test('a relay that is not connected is not probed, and its silence is a reason', async () => {
      await expect(world.network.probe(world.nowhere, soon(2_000))).rejects.toMatchObject({
        name: 'WoxlyError',
      });
    });

    test('nobody there: unreachable; no address: bad-address', async () => {
      const { network, nowhere } = world;
      const failed = { name: 'WoxlyError', reason: 'unreachable' };
      await expect(network.reserve(nowhere, soon(5_000))).rejects.toMatchObject(failed);
      await expect(
        network.ask(nowhere, ECHO_PROTOCOL, bytes(1), soon(5_000)),
      ).rejects.toMatchObject(failed);
      await expect(network.openRelay(nowhere, ECHO_PROTOCOL, soon(5_000))).rejects.toMatchObject(
        failed,
      );
      await expect(
        network.reserve('relay.example' as RelayAddress, soon(5_000)),
      ).rejects.toMatchObject({
        reason: 'bad-address',
      });
    });

    test('one question, one answer', async () => {
      const { network, relay } = world;
      expect(await network.ask(relay, ECHO_PROTOCOL, bytes(1, 2, 3), soon(5_000))).toEqual(
        bytes(1, 2, 3),
      );
    });

    test('a stream of frames to a relay, both ways and in order, until one side ends it', async () => {
      const { network, relay } = world;
      const channel = await network.openRelay(relay, ECHO_PROTOCOL, soon(5_000));
      expect(relay.endsWith(channel.device)).toBe(true);
      const heard: number[] = [];
      let closed = 0;
      const all = new Promise<void>((resolve) => {
        channel.listen({
          onFrame: (frame) => {
            heard.push(frame[0] ?? 0);
            if (heard.length === 3) resolve();
          },
          onClose: () => void (closed += 1),
        });
      });
      for (const value of [7, 8, 9]) channel.send(bytes(value));
      await all;
      expect(heard).toEqual([7, 8, 9]);
      channel.close();
      channel.send(bytes(1));
      await Promise.resolve();
      expect(closed).toBe(1);
    });

    test('a protocol that a relay does not know opens no stream', async () => {
      const { network, relay } = world;
      await expect(network.openRelay(relay, '/woxly/unknown/1', soon(5_000))).rejects.toMatchObject(
        { name: 'WoxlyError', reason: 'unreachable' },
      );
    });

    test('a reservation, and a round trip that is a number', async () => {
      const { network, relay } = world;
      const { lost } = await network.reserve(relay, soon(10_000));
      expect(lost.aborted).toBe(false);
      const trips = await Promise.all(
        [1, 2].map(() => network.probe(relay, soon(5_000)).catch(() => 0)),
      );
      for (const trip of trips) expect(trip).toBeGreaterThanOrEqual(0);
      expect(await network.probe(relay, soon(5_000))).toBeLessThan(5_000);
      expect(lost.aborted).toBe(false);
    });

    test('what a relay says on a topic is heard by all who listen, until they stop', async () => {
      const { network, topic, gossip } = world;
      const heard: string[] = [];
      let whenHeard = (): void => undefined;
      const listen = (who: string) =>
        network.subscribe(topic, (message) => {
          heard.push(`${who} ${String(message[0])}`);
          whenHeard();
        });
      const both = new Promise<void>((resolve) => {
        whenHeard = () => {
          if (heard.length === 2) resolve();
        };
      });
      const [stopOne, stopTwo] = [listen('one'), listen('two')];
      await gossip(bytes(1));
      await both;
      stopOne();
      const again = new Promise<void>((resolve) => (whenHeard = resolve));
      await gossip(bytes(2));
      await again;
      stopTwo();
      expect([...heard].sort()).toEqual(['one 1', 'two 1', 'two 2']);
    });

    test('a relay that says nothing is given up by a probe, and its reservation is lost', async () => {
      const { network, relay, freeze } = world;
      const { lost } = await network.reserve(relay, soon(10_000));
      freeze();
      await expect(network.ask(relay, ECHO_PROTOCOL, bytes(1), soon(300))).rejects.toMatchObject({
        reason: 'aborted',
      });
      const gone = new Promise<void>((resolve) => {
        lost.addEventListener('abort', () => {
          resolve();
        });
      });
      await expect(network.probe(relay, soon(300))).rejects.toMatchObject({ name: 'WoxlyError' });
      await gone;
    });
  });
}
