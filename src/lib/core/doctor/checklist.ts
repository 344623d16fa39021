import { relayHostOf } from '#lib/protocol/relay-address.ts';
import type { CheckState, DoctorCheck } from './doctor.ts';
import type { RelayView } from '../relays/reachability.ts';
import type { TurnTransport } from './server-urls.ts';

type Of<K extends DoctorCheck['check']> = Extract<DoctorCheck, { check: K }>;
type Found<K extends DoctorCheck['check']> = Partial<Omit<Of<K>, 'check'>> & {
  readonly state: CheckState;
};

/** Relays that a run tests; more are only known, not used. */
export const RELAYS_TESTED_MOST = 8;

/** The lines of one run, in the order in which they are shown. */
export class Checklist {
  #lines: readonly DoctorCheck[];
  #closed = false;
  readonly #onChange: (lines: readonly DoctorCheck[]) => void;

  /** @param supported whether the browser can make calls: the network is looked at through what it makes them with */
  constructor(
    supported: boolean,
    relays: readonly RelayView[],
    contactName: string | undefined,
    onChange: (lines: readonly DoctorCheck[]) => void,
  ) {
    const state = 'waiting' as const;
    const relay = ({ operator, address }: RelayView): DoctorCheck => {
      const name = operator || relayHostOf(address) || address;
      return { state, check: 'relay', name };
    };
    const network: readonly DoctorCheck[] = [
      { state, check: 'udp' },
      { state, check: 'stun' },
      { state, check: 'turn', transport: 'udp' },
      { state, check: 'turn', transport: 'tcp' },
      { state, check: 'turn', transport: 'tls' },
      { state, check: 'nat' },
    ];
    this.#lines = [
      { state, check: supported ? 'microphone' : 'browser' },
      ...relays.slice(0, RELAYS_TESTED_MOST).map(relay),
      ...(supported ? network : []),
    ];
    if (contactName !== undefined) {
      this.#lines = [...this.#lines, { state, check: 'verdict', name: contactName }];
    }
    this.#onChange = onChange;
    onChange(this.#lines);
  }

  /** Changes the line of a check; `which` numbers relays. Nothing changes any more once it is closed. */
  set<K extends DoctorCheck['check']>(check: K, found: Found<K>, which = 0): void {
    this.#change((line) => line.check === check, found, which);
  }

  setTurn(transport: TurnTransport, found: Found<'turn'>): void {
    this.#change((line) => line.check === 'turn' && line.transport === transport, found, 0);
  }

  /** The run is over: what was not found out by then will not be. */
  close(): void {
    const isOpen = ({ state }: DoctorCheck) => state === 'waiting' || state === 'running';
    const lines = this.#lines.map((line) =>
      isOpen(line) ? { ...line, state: 'stopped' as const } : line,
    );
    this.#show(lines);
    this.#closed = true;
  }

  #change(fits: (line: DoctorCheck) => boolean, found: object, which: number): void {
    let number = -1;
    const lines = this.#lines.map((line) => {
      if (fits(line)) number += 1;
      return fits(line) && number === which ? { ...line, ...found } : line;
    });
    this.#show(lines);
  }

  #show(lines: readonly DoctorCheck[]): void {
    if (this.#closed) return;
    this.#lines = lines;
    this.#onChange(lines);
  }
}
