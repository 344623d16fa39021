import type { Attack } from './attack.ts';
import { circuitsBy } from './circuits.ts';
import { presenceFlood } from './presence.ts';
import { halfHandshakes, unreadAnswers } from './sockets.ts';
import { streamsToPage, streamsToRelay } from './streams.ts';

/** Every attack, by what it is called on the command line and in the table. */
export const ATTACKS = new Map<string, Attack>([
  ['streams-to-page', streamsToPage],
  ['streams-to-relay', streamsToRelay],
  ['circuits-of-one', circuitsBy(1)],
  ['circuits-of-many', circuitsBy(32)],
  ['unread-answers', unreadAnswers],
  ['presence', presenceFlood],
  ['half-handshakes', halfHandshakes],
]);
