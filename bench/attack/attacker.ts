import { parseIdentityKey } from '#lib/protocol/key-text.ts';
import { ATTACKS } from './attacks.ts';

/**
 * `attacker.ts ATTACK RELAY KEY`: attacks the relay at that multiaddr, or the person of that key through it, until it is
 * ended, or its parent is, which it tells whenever a connection was taken from it.
 */
const [name = '', relay = '', key = ''] = process.argv.slice(2);
const attack = ATTACKS.get(name);
const person = parseIdentityKey(key);
if (attack === undefined || person === undefined) throw new Error('attacker.ts ATTACK RELAY KEY');
process.on('disconnect', () => process.exit());
await attack({ relay, person }, () => process.send?.('cut'));
