import { expect, test } from 'vitest';
import type { DeviceKey } from '#lib/domain/ids.ts';
import { encodeCallFrame } from '#lib/protocol/call-frame.ts';
import type { CallBody } from '#lib/protocol/call-frame.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import { FakeClock, settled } from '#lib/testing/fake-clock.ts';
import { CallChannels } from './call-channels.ts';

const device = 'device p' as DeviceKey;
const frame = (body: CallBody) =>
  encodeCallFrame({ callId: new Uint8Array(16), sequence: 0, acknowledged: 0, body });

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

test('a channel whose frame could not be handled is closed, and no other', async () => {
  const seen: string[] = [];
  const warned: unknown[] = [];
  const channels = new CallChannels(
    new FakeClock(),
    { info: () => undefined, warn: (_event, facts) => warned.push(facts) },
    {
      onFrame: async (_device, { body }) => {
        if (body.type === 'ringing') throw new Error('broken by the test');
        seen.push(body.type);
        return true;
      },
      onOpened: () => undefined,
      onLost: () => undefined,
      needed: () => true,
    },
  );
  const [bad, good] = [new OneChannel(), new OneChannel()];
  channels.takeInbound(bad);
  channels.takeInbound(good);
  bad.to?.onFrame(frame({ type: 'ringing' }));
  good.to?.onFrame(frame({ type: 'heartbeat' }));
  await settled();
  good.to?.onFrame(frame({ type: 'cancel' }));
  await settled();
  expect([bad.closed, good.closed]).toEqual([true, false]);
  expect(seen).toEqual(['heartbeat', 'cancel']);
  expect(warned).toEqual([{ reason: 'failed' }]);
});
