/** The types that screens take as props, so that they need not know where these are declared. */
export type {
  CallPeer,
  CallView,
  EndedCallView,
  IncomingCallView,
  OngoingCallView,
  PeerNotice,
} from '#lib/core/call/calls.ts';
export type { CheckState, DoctorCheck, NatKind, PathVerdict } from '#lib/core/doctor/doctor.ts';
export type { EchoTest } from '#lib/core/doctor/echo-test.ts';
export type { RelayTest, RelayView } from '#lib/core/relays/reachability.ts';
export type { Invited } from '#lib/domain/contact.ts';
export type { AudioDevice } from '#lib/ports/media.ts';
