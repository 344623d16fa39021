import { fromHex } from '#lib/domain/bytes.ts';
import { decodeCallFrame, encodeCallFrame } from '../call-frame.ts';
import { DEVICE_CERTIFICATE } from '../device-certificate.ts';
import { DEVICE_LIST } from '../device-list.ts';
import { INVITE } from '../invite.ts';
import { LOOKUP_REQUEST, LOOKUP_RESPONSE } from '../lookup.ts';
import { PRESENCE_ENVELOPE, PRESENCE_RECORD } from '../presence-record.ts';
import { RELAY_DESCRIPTOR } from '../relay-descriptor.ts';
import { RELAY_LIST } from '../relay-list.ts';
import { SIGNED } from '../signed.ts';
import type { Struct } from '../struct.ts';
import { TURN_RESPONSE } from '../turn.ts';
import { WATCH_PUSH, WATCH_REQUEST } from '../watch.ts';
import callFrame from './call-frame.json' with { type: 'json' };
import deviceCertificate from './device-certificate.json' with { type: 'json' };
import deviceList from './device-list.json' with { type: 'json' };
import invite from './invite.json' with { type: 'json' };
import lookupRequest from './lookup-request.json' with { type: 'json' };
import lookupResponse from './lookup-response.json' with { type: 'json' };
import presenceEnvelope from './presence-envelope.json' with { type: 'json' };
import presenceRecord from './presence-record.json' with { type: 'json' };
import relayDescriptor from './relay-descriptor.json' with { type: 'json' };
import relayList from './relay-list.json' with { type: 'json' };
import signed from './signed.json' with { type: 'json' };
import turnResponse from './turn-response.json' with { type: 'json' };
import watchPush from './watch-push.json' with { type: 'json' };
import watchRequest from './watch-request.json' with { type: 'json' };

/** One message as it is on the wire, kept for ever: a change of these bytes is a new major version. */
export interface Vector {
  readonly title: string;
  /** Bytes are written as `{ "hex": "…" }`. */
  readonly value: unknown;
  readonly encoded: string;
}

/** A struct of the wire with its vectors. */
export interface VectorSet {
  readonly name: string;
  readonly struct: Struct<unknown>;
  readonly vectors: readonly Vector[];
}

const set = <T>(name: string, struct: Struct<T>, vectors: readonly Vector[]): VectorSet => ({
  name,
  struct,
  vectors,
});

export const VECTOR_SETS: readonly VectorSet[] = [
  set('call-frame', { encode: encodeCallFrame, decode: decodeCallFrame }, callFrame),
  set('device-certificate', DEVICE_CERTIFICATE, deviceCertificate),
  set('device-list', DEVICE_LIST, deviceList),
  set('invite', INVITE, invite),
  set('lookup-request', LOOKUP_REQUEST, lookupRequest),
  set('lookup-response', LOOKUP_RESPONSE, lookupResponse),
  set('presence-envelope', PRESENCE_ENVELOPE, presenceEnvelope),
  set('presence-record', PRESENCE_RECORD, presenceRecord),
  set('relay-descriptor', RELAY_DESCRIPTOR, relayDescriptor),
  set('relay-list', RELAY_LIST, relayList),
  set('signed', SIGNED, signed),
  set('turn-response', TURN_RESPONSE, turnResponse),
  set('watch-push', WATCH_PUSH, watchPush),
  set('watch-request', WATCH_REQUEST, watchRequest),
];

/** The value of a vector with its bytes as bytes. */
export function valueOf(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(valueOf);
  if (typeof json !== 'object' || json === null) return json;
  if ('hex' in json && typeof json.hex === 'string') return fromHex(json.hex);
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, valueOf(value)]));
}
