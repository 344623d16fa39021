import type { ChosenIceServer } from '#lib/domain/settings.ts';

/** As the settings hold: more servers than this make gathering slower than they help (browsers warn from five on). */
const ICE_SERVERS_MAX = 4;

/** Why a STUN or TURN server that was typed in is not taken. `url`: the settings refuse it. */
export type IceServerProblem = 'url' | 'credentials' | 'known' | 'too-many';

/** Whether what is being typed is a TURN server, which needs a name and a password. */
export const isTurn = (url: string): boolean => /^\s*turns?:/i.test(url);

/** What was typed as a server, or what is missing. Whether the address can be used, the settings say. */
export function iceServerOf(
  typed: { readonly url: string; readonly username: string; readonly credential: string },
  known: readonly ChosenIceServer[],
): ChosenIceServer | IceServerProblem {
  const url = typed.url.trim();
  if (url === '') return 'url';
  if (known.some((server) => server.url === url)) return 'known';
  if (known.length >= ICE_SERVERS_MAX) return 'too-many';
  if (!isTurn(url)) return { url };
  const username = typed.username.trim();
  if (username === '' || typed.credential === '') return 'credentials';
  return { url, username, credential: typed.credential };
}
