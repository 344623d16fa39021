import type { Contact } from '#lib/domain/contact.ts';
import { limited } from '../limited.ts';
import { Watchers } from '../watchable.ts';
import type { CheckState, Doctor, DoctorCheck, NatKind, PathVerdict } from './doctor.ts';
import { Checklist } from './checklist.ts';
import { checkMicrophone } from './check-microphone.ts';
import { checkNetwork } from './check-network.ts';
import { checkRelays } from './check-relays.ts';
import type { DoctorPorts } from './doctor-ports.ts';
import { relayName } from './relay-name.ts';
import { reportOf } from './report.ts';
import { refusalOf, verdictOf } from './verdict.ts';
import { within } from './within.ts';

/** A whole run, ms: more than its parts together may take, in case one of them hangs. */
const RUN_TIMEOUT_MS = 120_000;
/** A page that has just opened does not know its relays yet, ms. */
const RELAYS_TIMEOUT_MS = 10_000;
/** Asking a relay for credentials, ms. */
const SERVERS_TIMEOUT_MS = 10_000;
/** Finding a contact, ms: as long as a call tries before it says that somebody cannot be reached. */
const LOOK_UP_TIMEOUT_MS = 20_000;

/** The connection doctor. */
export function createDoctor(ports: DoctorPorts): Doctor {
  const { clock, contacts, settings } = ports;
  const watchers = new Watchers();
  let checks: readonly DoctorCheck[] = [];
  let current: { readonly end: AbortController; readonly over: Promise<void> } | undefined;

  const examine = async (contact: Contact | undefined, signal: AbortSignal): Promise<void> => {
    const { supported, reachability } = ports;
    await within(clock, RELAYS_TIMEOUT_MS, signal, (late) => relaysKnown(reachability, late));
    const list = new Checklist(supported, reachability.relays, contact?.name, (now) => {
      checks = now;
      watchers.changed();
    });
    const isOver = () => signal.aborted;
    try {
      if (supported) await checkMicrophone(ports, list, signal);
      else list.set('browser', { state: 'bad' });
      await checkRelays(ports, list, signal);
      if (!supported) {
        const verdict = { path: 'impossible', because: 'unsupported' } as const;
        list.set('verdict', { state: 'bad', verdict });
        return;
      }
      // Afterwards: the relays have handed out their credentials by now.
      const servers = await within(clock, SERVERS_TIMEOUT_MS, signal, ports.iceServers);
      if (isOver()) return;
      const network = await checkNetwork(ports, list, servers ?? [], signal);
      if (contact === undefined) return;
      list.set('verdict', { state: 'running' });
      const signs = {
        nat: network.nat,
        via: network.via && relayName(ports.reachability, network.via),
        keyChanged: contact.keyBefore !== undefined,
        hidden: settings.current.hideAddress || contact.hideAddress,
      };
      const lookUp = (late: AbortSignal) => ports.lookUp(contact.key, late);
      const verdict =
        refusalOf(signs) ??
        verdictOf({
          ...signs,
          where: (await within(clock, LOOK_UP_TIMEOUT_MS, signal, lookUp)) ?? 'not-reachable',
        });
      if (isOver()) return;
      list.set('verdict', { state: stateOf(verdict, network.nat), verdict });
    } finally {
      list.close();
    }
  };

  const stop = (): void => current?.end.abort();
  ports.scope.add(stop);

  return {
    watch: watchers.watch,
    get checks() {
      return checks;
    },
    get running() {
      return current !== undefined;
    },
    async run(key) {
      while (current !== undefined) {
        current.end.abort();
        await current.over;
      }
      const contact = key === undefined ? undefined : contacts.get(key);
      const end = new AbortController();
      const { signal, end: clear } = limited(clock, RUN_TIMEOUT_MS, end.signal);
      const over = Promise.resolve()
        .then(() => examine(contact, signal))
        // Whatever a part of it threw, the lines say what was found.
        .catch(() => undefined)
        .finally(() => {
          clear();
          current = undefined;
          watchers.changed();
        });
      current = { end, over };
      await over;
    },
    stop,
    report: () => reportOf(checks),
  };
}

/** Resolves once there are relays, or it is clear that there are none. */
function relaysKnown(
  reachability: Pick<DoctorPorts['reachability'], 'status' | 'relays' | 'watch'>,
  late: AbortSignal,
): Promise<void> {
  const known = () => reachability.relays.length > 0 || reachability.status !== 'connecting';
  return new Promise((resolve) => {
    const look = () => {
      if (!known() && !late.aborted) return;
      stop();
      resolve();
    };
    const stop = reachability.watch(look);
    late.addEventListener('abort', look);
    look();
  });
}

function stateOf(verdict: PathVerdict, nat: NatKind): CheckState {
  switch (verdict.path) {
    case 'impossible':
      return 'bad';
    case 'likely':
      // From behind such a NAT only few can be reached directly, and nothing else is to be had.
      return verdict.via === undefined && nat === 'symmetric' ? 'warning' : 'good';
    case 'direct':
    case 'relayed':
      return 'good';
  }
}
