import type { Candidate } from '#lib/ports/media.ts';
import { candidateTarget } from '#lib/protocol/ice-candidate.ts';
import { addressScope, sameNetwork } from '#lib/protocol/network-address.ts';
import type { Step } from '../step.ts';
import type { Descriptions } from './descriptions.ts';
import type { Leg } from './leg.ts';
import { addCandidates } from './speak.ts';

/**
 * What a peer says of addresses in a private network. Nobody who only rings makes this device send packets to printers
 * and routers, or ask the network for a name: such candidates wait until a person has accepted. A caller whose own
 * address is in that very network need not wait, and by its checks the callee finds the way before Accept, too.
 */
export type LocalReach = 'none' | 'same-network' | 'all';

function mayUse({ descriptions }: Leg, reach: LocalReach, { candidate }: Candidate): boolean {
  switch (reach) {
    case 'none':
      return false;
    case 'same-network': {
      const { address = '' } = candidateTarget(candidate) ?? {};
      return descriptions.own.some((own) => sameNetwork(own, address));
    }
    case 'all':
      return true;
  }
}

/** Our own addresses in private networks, of which there are few. */
const OWN_MAX = 16;

/** Remembers in what private networks this device is, as its own candidates say. */
export function rememberOwn<L extends Leg>(leg: L, { candidate }: Candidate): L {
  const { own } = leg.descriptions;
  const { address = '' } = candidateTarget(candidate) ?? {};
  if (addressScope(address) !== 'private' || own.includes(address)) return leg;
  return {
    ...leg,
    descriptions: { ...leg.descriptions, own: [...own, address].slice(-OWN_MAX) },
  };
}

/** Uses those candidates of private networks that may be used by now. */
export function admitLocal<L extends Leg>(step: Step, leg: L, reach: LocalReach): L {
  const { waiting, remote, early } = leg.descriptions;
  const admitted = waiting.filter((candidate) => mayUse(leg, reach, candidate));
  if (admitted.length === 0) return leg;
  const descriptions: Descriptions = {
    ...leg.descriptions,
    waiting: waiting.filter((candidate) => !admitted.includes(candidate)),
  };
  if (remote !== 'set')
    return { ...leg, descriptions: { ...descriptions, early: [...early, ...admitted] } };
  addCandidates(step, leg, admitted);
  return { ...leg, descriptions };
}
