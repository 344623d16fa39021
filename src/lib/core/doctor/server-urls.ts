import type { IceServer } from '#lib/ports/media.ts';
import { readIceUrl } from '../ice/ice-url.ts';

export type TurnTransport = 'udp' | 'tcp' | 'tls';

/** URLs of one kind that a run asks: two or three relays have one each. */
const ASKED_MOST = 4;

/** What there is to ask, each URL by itself so that its answer is its own. */
export interface ServerUrls {
  readonly stun: readonly IceServer[];
  readonly turn: Readonly<Record<TurnTransport, readonly IceServer[]>>;
}

/** Takes servers apart by what they prove. A TURN server over UDP answers STUN as well (RFC 8656, 7). */
export function serverUrls(servers: readonly IceServer[]): ServerUrls {
  const stun = new Map<string, IceServer>();
  const turn: Record<TurnTransport, IceServer[]> = { udp: [], tcp: [], tls: [] };
  for (const { urls, ...login } of servers) {
    for (const url of urls) {
      const read = readIceUrl(url);
      if (read === undefined) continue;
      const { scheme, transport } = read;
      if (scheme !== 'stun') {
        turn[scheme === 'turns' ? 'tls' : transport].push({ urls: [url], ...login });
      }
      if (scheme === 'stun' || (scheme === 'turn' && transport === 'udp')) {
        const plain = url.replace(/^turn:/, 'stun:').replace(/\?.*$/, '');
        stun.set(plain, { urls: [plain] });
      }
    }
  }
  return {
    stun: [...stun.values()].slice(0, ASKED_MOST),
    turn: {
      udp: turn.udp.slice(0, ASKED_MOST),
      tcp: turn.tcp.slice(0, ASKED_MOST),
      tls: turn.tls.slice(0, ASKED_MOST),
    },
  };
}

/** The host of a server's only URL. */
export const hostOf = ({ urls }: IceServer): string | undefined => readIceUrl(urls[0] ?? '')?.host;
