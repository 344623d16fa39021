import { expect, test, vi } from 'vitest';
import type { DeviceKey } from '#lib/domain/ids.ts';
import { callIdOf, encodeCallFrame } from '#lib/protocol/call-frame.ts';
import type { CallBody } from '#lib/protocol/call-frame.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import { FakeClock, settled } from '#lib/testing/fake-clock.ts';
import { Channels } from './channels.ts';
import { CALL_FRAMES } from '../call/ways/call-frames.ts';
import { NO_CALL } from '../call/ways/intake.ts';
import { looseFrame } from '../call/leg/link.ts';

const device = 'device p' as DeviceKey;
const frame = (body: CallBody) =>
  encodeCallFrame({ callId: callIdOf(new Uint8Array(16)), sequence: 0, acknowledged: 0, body });

class OneChannel implements FrameChannel {
  readonly device = device;
  closed = false;
  to: Parameters<FrameChannel['listen']>[0] | undefined;
  send(): void {}
  listen(to: Parameters<FrameChannel['listen']>[0]): void {
    this.to = to;
  }
  close(): void {
    this.closed = true;
    this.to?.onClose();
  }
}

/** Every channel is needed, and what becomes of it is nobody's concern. */
const NEEDED = {
  onOpened: () => undefined,
  onOlder: () => undefined,
  onLost: () => undefined,
  needed: () => true,
  known: () => true,
};

test('a channel whose frame could not be handled is closed, and no other', async () => {
  const seen: string[] = [];
  const warned: unknown[] = [];
  const channels = new Channels(
    new FakeClock(),
    { info: () => undefined, warn: (_event, facts) => warned.push(facts) },
    CALL_FRAMES,
    {
      onFrame: async (_device, { body }) => {
        if (body.type === 'candidate') throw new Error('broken by the test');
        seen.push(body.type);
        return true;
      },
      ...NEEDED,
    },
  );
  const [bad, good] = [new OneChannel(), new OneChannel()];
  channels.takeInbound(bad);
  channels.takeInbound(good);
  bad.to?.onFrame(frame({ type: 'candidate', candidate: '' }));
  good.to?.onFrame(frame({ type: 'heartbeat' }));
  await settled();
  good.to?.onFrame(frame({ type: 'cancel' }));
  await settled();
  expect([bad.closed, good.closed]).toEqual([true, false]);
  expect(seen).toEqual(['heartbeat', 'cancel']);
  expect(warned).toEqual([{ reason: 'failed' }]);
});

test('what every other way has had goes over the channel opened last only', () => {
  const channels = new Channels(
    new FakeClock(),
    { info: () => undefined, warn: () => undefined },
    CALL_FRAMES,
    {
      onFrame: async () => true,
      ...NEEDED,
    },
  );
  const [first, second] = [new OneChannel(), new OneChannel()];
  const sent = [first, second].map((channel) => vi.spyOn(channel, 'send'));
  const beat = looseFrame(NO_CALL, { type: 'heartbeat' });
  channels.takeInbound(first);
  channels.takeInbound(second);
  channels.send(device, beat, true);
  expect(sent.map(({ mock }) => mock.calls.length)).toEqual([0, 1]);
  channels.send(device, beat);
  expect(sent.map(({ mock }) => mock.calls.length)).toEqual([1, 2]);
});
