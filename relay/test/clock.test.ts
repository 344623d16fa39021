import { expect, test } from 'vitest';
import { CLOCK_SOURCES_SURE } from '../src/limits/limits.ts';
import { eventually } from './eventually.ts';
import { anEnvelope, aPublisher, publish } from './network.ts';
import { aRelay, metric } from './peers.ts';

const HOUR_MS = 3_600_000;

test('a relay that refuses the records of several as long expired says that its clock is wrong', async () => {
  const relay = await aRelay();
  const health = () => fetch(`${relay.url}/healthz`);
  expect((await health()).status).toBe(200);
  for (let published = 0; published < CLOCK_SOURCES_SURE; published += 1) {
    const peer = await aPublisher(relay);
    await publish(peer, anEnvelope({ expires: Date.now() - HOUR_MS }));
  }
  await eventually(async () => expect((await health()).status).toBe(503), 10_000);
  expect(await (await health()).text()).toContain('clock');
  expect(await metric(relay, 'woxly_clock_behind_seconds')).toBeLessThan(-3_600);
});
