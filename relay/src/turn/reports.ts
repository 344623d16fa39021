import { OWN_NAME } from './credentials.ts';

/** What the TURN server did, as its log tells. Usernames in it are whatever a peer sent: only counts leave here. */
export interface TurnReports {
  /** Reads one line of the log. */
  line(text: string): void;
  readonly allocations: number;
  /** The server has ended: so have all allocations. */
  reset(): void;
}

export const TURN_REFUSALS = ['forbidden-peer', 'quota', 'credentials'] as const;
export type TurnRefusal = (typeof TURN_REFUSALS)[number];

/** What the relay itself asked, to see whether the server works. */
const OWN = new RegExp(`[<=]\\d+:${OWN_NAME}>`);
const OPENED = /^\d+: : session (\d+): new, realm=/;
const CLOSED = /^\d+: : session (\d+): (?:closed|delete|refreshed, .*, lifetime=0$)/;
/** The first request of every peer has no username yet and is answered 401, which is no refusal. */
const ERROR =
  /: : session \d+: realm <.*> user <(.*)>: incoming packet [\w ]+ processed, error (\d+)/;

function refusalOf(user: string, code: number): TurnRefusal | undefined {
  if (code === 403) return 'forbidden-peer';
  if (code === 486 || code === 508) return 'quota';
  return code === 401 && user !== '' ? 'credentials' : undefined;
}

export function createTurnReports(
  onRefused: (refusal: TurnRefusal) => void,
  mostAllocations: number,
): TurnReports {
  const open = new Set<string>();
  return {
    get allocations() {
      return open.size;
    },
    line(text) {
      if (OWN.test(text)) return;
      const opened = OPENED.exec(text)?.[1];
      if (opened !== undefined && open.size < mostAllocations) open.add(opened);
      const closed = CLOSED.exec(text)?.[1];
      if (closed !== undefined) open.delete(closed);
      const error = ERROR.exec(text);
      const refusal = error && refusalOf(error[1] ?? '', Number(error[2]));
      if (refusal) onRefused(refusal);
    },
    reset: () => open.clear(),
  };
}
