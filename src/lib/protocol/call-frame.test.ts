import { expect, test } from 'vitest';
import { concatBytes, fromHex } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import { callIdOf, decodeCallFrame, encodeCallFrame } from './call-frame.ts';
import type { CallBody } from './call-frame.ts';
import { CANDIDATE_MAX_BYTES, FRAME_MAX_BYTES, NAME_MAX_BYTES, SDP_MAX_BYTES } from './limits.ts';
import { SIGNED_CERTIFICATE_MAX_BYTES } from './device-certificate.ts';

const callId = callIdOf(new Uint8Array(16).fill(7));
const frame = (body: CallBody) => encodeCallFrame({ callId, sequence: 1, acknowledged: 0, body });
const raw = (hex: string) => fromHex(hex) as Bytes;
const HEAD = `0a10${'07'.repeat(16)}10011800`;
const HEARTBEAT = 'a20100';

test('the head and one body by hand', () => {
  expect(decodeCallFrame(raw(HEAD + HEARTBEAT))).toEqual({
    callId,
    sequence: 1,
    acknowledged: 0,
    body: { type: 'heartbeat' },
  });
});

test.each([
  ['nothing said', HEAD],
  ['two things said', `${HEAD}5a00${HEARTBEAT}`],
  ['one thing said twice', HEAD + HEARTBEAT + HEARTBEAT],
  ['a call ID too short', `0a0f${'07'.repeat(15)}10011800${HEARTBEAT}`],
  ['no sequence', `0a10${'07'.repeat(16)}1800${HEARTBEAT}`],
  ['a sequence beyond the most', `0a10${'07'.repeat(16)}10c1843d1800${HEARTBEAT}`],
  ['a reason that does not exist', `${HEAD}8a01020805`],
])('refuses %s', (_, hex) => {
  expect(decodeCallFrame(raw(hex))).toBeUndefined();
});

test('something that only a newer version says is refused, something it adds is passed over', () => {
  const later = 'f20100';
  expect(decodeCallFrame(raw(HEAD + later))).toBeUndefined();
  expect(decodeCallFrame(raw(HEAD + HEARTBEAT + later))?.body).toEqual({ type: 'heartbeat' });
});

test('the largest ring fits into a frame, and one byte more of anything is refused', () => {
  const ring = (part: Partial<Record<'name' | 'offer', number>> & { payload?: number } = {}) =>
    frame({
      type: 'ring',
      certificate: {
        payload: new Uint8Array(part.payload ?? SIGNED_CERTIFICATE_MAX_BYTES - 69),
        signature: new Uint8Array(64),
      },
      name: 'n'.repeat(part.name ?? NAME_MAX_BYTES),
      offer: 's'.repeat(part.offer ?? SDP_MAX_BYTES),
      callee: new Uint8Array(32),
      issued: Number.MAX_SAFE_INTEGER,
      expires: Number.MAX_SAFE_INTEGER,
    });
  expect(ring().byteLength).toBeLessThanOrEqual(FRAME_MAX_BYTES);
  expect(decodeCallFrame(ring())?.body.type).toBe('ring');
  expect(decodeCallFrame(ring({ name: NAME_MAX_BYTES + 1 }))).toBeUndefined();
  expect(decodeCallFrame(ring({ offer: SDP_MAX_BYTES + 1 }))).toBeUndefined();
  const payload = SIGNED_CERTIFICATE_MAX_BYTES - 68;
  expect(decodeCallFrame(ring({ payload }))).toBeUndefined();
});

test('candidates keep to their limits', () => {
  const candidate = (text: string, mLineIndex: number, mid = '0') =>
    frame({ type: 'candidate', candidate: text, mid, mLineIndex });
  expect(decodeCallFrame(candidate('c'.repeat(CANDIDATE_MAX_BYTES), 8))).toBeDefined();
  expect(decodeCallFrame(candidate('c'.repeat(CANDIDATE_MAX_BYTES + 1), 8))).toBeUndefined();
  expect(decodeCallFrame(candidate('', 9))).toBeUndefined();
  expect(decodeCallFrame(candidate('', 0, 'm'.repeat(17)))).toBeUndefined();
});

test('a frame is read wherever it lies in a buffer', () => {
  const inside = concatBytes(new Uint8Array(3), raw(HEAD + HEARTBEAT), new Uint8Array(3));
  expect(decodeCallFrame(inside.subarray(3, -3))?.callId).toEqual(callId);
});
