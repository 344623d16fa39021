import { FULL, IN_FULL } from '../../scripts/full-run.ts';
import { hears } from '../ear.ts';
import { NAT_TYPES } from './lab/nat.ts';
import type { NatType } from './lab/nat.ts';
import { goes, says } from './path.ts';
import type { PathKind } from './path.ts';
import { test } from './people.ts';
import { Scene } from './scene.ts';
import type { Networked } from './scene.ts';

/** Every pair of networks: connected, the best way that these two allow, and heard on both sides. */

/**
 * A symmetric NAT shows every peer another port than it showed the STUN server, and who only lets in the ports that
 * were sent to never lets that one in. Whoever has no UDP has no direct path at all.
 */
function expectedPath(a: NatType, b: NatType): PathKind {
  if (a === 'udp-blocked' || b === 'udp-blocked') return 'Relayed';
  const strict = (nat: NatType) => nat === 'symmetric' || nat === 'port-restricted';
  const symmetric = a === 'symmetric' || b === 'symmetric';
  return symmetric && strict(a) && strict(b) ? 'Relayed' : 'Direct';
}

/** In every run: directly through the commonest NAT, and relayed for each of the two reasons. */
const GATE_PAIRS = [
  'port-restricted port-restricted',
  'symmetric symmetric',
  'udp-blocked udp-blocked',
];
const inGate = (a: NatType, b: NatType) => GATE_PAIRS.includes(`${a} ${b}`);

let scene: Scene;
test.beforeAll(({ lab }) => {
  scene = new Scene(lab);
});
test.afterAll(() => scene.end());

/** One caller and one callee behind each kind of NAT serve for all pairs: those of a file share one scene. */
const people = new Map<string, Promise<Networked>>();
const nameOf = (side: 'caller' | 'callee', nat: NatType) => `${side}-${NAT_TYPES.indexOf(nat)}`;

function personBehind(nat: NatType, side: 'caller' | 'callee'): Promise<Networked> {
  const name = nameOf(side, nat);
  const voice = side === 'caller' ? 'high' : 'low';
  const arriving = people.get(name) ?? scene.person(name, { nat, voice, roundTripMs: 20 });
  people.set(name, arriving);
  return arriving;
}

/** No more of two cores for who has been in every pair. */
async function leave(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const person = await people.get(name);
    people.delete(name);
    if (person !== undefined) await scene.leave(person);
  }
}

for (const [index, a] of NAT_TYPES.entries()) {
  const row = NAT_TYPES.slice(index);
  for (const b of row) {
    const kind = expectedPath(a, b);
    const run = inGate(a, b) ? {} : IN_FULL;
    const isLast = !row.slice(row.indexOf(b) + 1).some((other) => FULL || inGate(a, other));
    test(`${a} calls ${b}: ${kind}`, run, async () => {
      const [caller, callee] = await Promise.all([
        personBehind(a, 'caller'),
        personBehind(b, 'callee'),
      ]);
      await caller.befriend(callee);
      await caller.call(callee);
      await callee.accept();
      await Promise.all([hears(caller.page), hears(callee.page)]);
      await Promise.all([goes(caller, kind), goes(callee, kind)]);
      await says(caller, kind);
      await says(callee, kind);
      await caller.hangUp();
      await callee.sees('Ended');
      await caller.dismiss();
      await callee.dismiss();
      if (isLast) await leave(nameOf('caller', a), nameOf('callee', a));
    });
  }
}
