import { decodeCallFrame, encodeCallFrame } from '#lib/protocol/call-frame.ts';
import type { CallFrame } from '#lib/protocol/call-frame.ts';
import type { ChannelProtocol } from '../../reach/channels.ts';

/** The frames of calls, and how many of them an honest peer sends. */
export const CALL_FRAMES: ChannelProtocol<CallFrame> = {
  name: 'call',
  encode: encodeCallFrame,
  decode: decodeCallFrame,
  limits: {
    // Everything that can wait for acknowledgement, sent twice.
    burst: 256,
    // A live call has one every two seconds.
    perSecond: 20,
    // While a certificate is verified.
    waiting: 64,
  },
  channels: {
    // Two, and room for dead ones that have not been noticed.
    inboundPerDevice: 4,
    inbound: 32,
    firstFrameMs: 10_000,
    idleMs: 30_000,
  },
};
