/** The types that screens take as props, so that they need not know where these are declared. */
export type {
  CallPeer,
  CallView,
  EndedCallView,
  IncomingCallView,
  OngoingCallView as OngoingCallView,
} from '#lib/core/call/calls.ts';
export type {
  CheckState,
  DoctorCheck,
  EchoTest,
  Invited,
  NatKind,
  PathVerdict,
  RelayTest,
  RelayView,
} from '#lib/core/woxly.ts';
export type { AudioDevice } from '#lib/ports/media.ts';
