import type { Candidate } from '#lib/ports/media.ts';
import { candidateTarget } from '#lib/protocol/ice-candidate.ts';
import { addressScope, sameNetwork } from '#lib/protocol/network-address.ts';
import type { LiveCall } from './state.ts';
import { isLinked } from './state.ts';
import type { Descriptions } from './descriptions.ts';
import { addCandidates } from './step.ts';
import type { Step } from './step.ts';

/**
 * What a peer says of addresses in a private network. Nobody who only rings makes this device send packets to printers
 * and routers, or ask the network for a name: such candidates wait until a person has accepted. A caller whose own
 * address is in that very network need not wait, and by its checks the callee finds the way before Accept, too.
 */
function mayUse(call: LiveCall, { candidate }: Candidate): boolean {
  switch (call.stage) {
    case 'finding':
    case 'reaching':
    case 'incoming':
      return false;
    case 'rung':
    case 'ringing': {
      const { address = '' } = candidateTarget(candidate) ?? {};
      return call.descriptions.own.some((own) => sameNetwork(own, address));
    }
    case 'answering':
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return true;
  }
}

/** Our own addresses in private networks, of which there are few. */
const OWN_MAX = 16;

/** Remembers in what private networks this device is, as its own candidates say. */
export function withOwn<C extends LiveCall>(call: C, { candidate }: Candidate): C {
  const { own } = call.descriptions;
  const { address = '' } = candidateTarget(candidate) ?? {};
  if (addressScope(address) !== 'private' || own.includes(address)) return call;
  return {
    ...call,
    descriptions: { ...call.descriptions, own: [...own, address].slice(-OWN_MAX) },
  };
}

/** Uses those candidates of private networks that may be used by now. */
export function admitLocal<C extends LiveCall>(step: Step, call: C): C {
  const { waiting, remote, early } = call.descriptions;
  if (waiting.length === 0 || !isLinked(call)) return call;
  const admitted = waiting.filter((candidate) => mayUse(call, candidate));
  if (admitted.length === 0) return call;
  const descriptions: Descriptions = {
    ...call.descriptions,
    waiting: waiting.filter((candidate) => !admitted.includes(candidate)),
  };
  if (remote !== 'set')
    return { ...call, descriptions: { ...descriptions, early: [...early, ...admitted] } };
  addCandidates(step, admitted);
  return { ...call, descriptions };
}
