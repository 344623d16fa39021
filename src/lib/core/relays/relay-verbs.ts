import { WoxlyError } from '#lib/domain/errors.ts';
import type { RelayAddress, RelayId } from '#lib/domain/ids.ts';
import type { RelayProblem } from '#lib/domain/reasons.ts';
import { fail, ok } from '#lib/domain/result.ts';
import type { Result } from '#lib/domain/result.ts';
import type { RelayList } from '#lib/ports/relay-list.ts';
import { LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import { LOOKUP_PROTOCOL } from '#lib/protocol/names.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import { limited } from '../limited.ts';
import { OWN_RELAYS_MAX } from '../settings-book.ts';
import type { Reachability, RelayView } from './reachability.ts';
import type { SettingsBook } from '../settings-book.ts';
import { readRelayText, relayLink } from './relay-text.ts';
import { lookupOfNobody, testRelay } from './try-relay.ts';
import type { TestRelayPorts } from './try-relay.ts';

/** How long a relay may take to answer before it is added, ms, at each of its addresses. */
const ANSWER_TIMEOUT_MS = 8_000;
/** Addresses of a relay that are tried before it is given up. */
const ADDRESSES_TRIED = 4;

export interface RelayVerbsPorts extends TestRelayPorts {
  readonly relayList: Pick<RelayList, 'describe'>;
  readonly settings: SettingsBook;
  /** Whether anybody but the person names this relay. */
  readonly isNamedByOthers: (relay: RelayId) => boolean;
  readonly origin: () => string;
}

export type RelayVerbs = Pick<Reachability, 'add' | 'prefer' | 'remove' | 'test' | 'link'>;

/** What a person does with relays. */
export function createRelayVerbs(ports: RelayVerbsPorts): RelayVerbs {
  const { clock, random, network, keeper, relayList, settings } = ports;

  return {
    async add(text) {
      const found = await addressesIn(text);
      if (!found.ok) return found;
      const [first] = found.value;
      if (first === undefined) return fail('not-a-relay');
      const id = relayIdOf(first);
      const { relays } = settings.current;
      const origin = keeper.viewOf(id)?.origin;
      const isThere = relays.some((own) => relayIdOf(own) === id);
      if (isThere || origin === 'own' || origin === 'page') return fail('already-there');
      if (relays.length >= OWN_RELAYS_MAX) return fail('too-many');
      const answered = await firstThatAnswers(found.value.filter((one) => relayIdOf(one) === id));
      if (!answered.ok) return answered;
      const { relays: now, refusedRelays } = settings.current;
      if (now.some((own) => relayIdOf(own) === id)) return fail('already-there');
      await settings.change({
        relays: [...now, answered.value],
        refusedRelays: refusedRelays.filter((refused) => refused !== id),
      });
      return ok(keeper.viewOf(id) ?? justAdded(answered.value));
    },

    async prefer(address, preferred) {
      const id = relayIdOf(address);
      const others = settings.current.preferredRelays.filter((one) => one !== id);
      await settings.change({ preferredRelays: preferred ? [...others, id] : others });
    },

    async remove(address) {
      const id = relayIdOf(address);
      const { relays, preferredRelays, refusedRelays } = settings.current;
      await settings.change({
        relays: relays.filter((own) => relayIdOf(own) !== id),
        preferredRelays: preferredRelays.filter((one) => one !== id),
        // Others would bring it back.
        ...(ports.isNamedByOthers(id) && {
          refusedRelays: [...refusedRelays.filter((one) => one !== id), id],
        }),
      });
    },

    test: (address, signal) => testRelay(ports, address, signal),
    link: (address) => relayLink(ports.origin(), address),
  };

  async function addressesIn(text: string): Promise<Result<readonly RelayAddress[], RelayProblem>> {
    const read = readRelayText(text);
    switch (read.kind) {
      case 'empty':
        return fail('empty');
      case 'nonsense':
        return fail('not-an-address');
      case 'address':
        return ok([read.address]);
      case 'web': {
        const { signal, end } = limited(clock, ANSWER_TIMEOUT_MS);
        try {
          const described = await relayList.describe(read.url, signal);
          return described === undefined ? fail('not-a-relay') : ok(described.addresses);
        } catch {
          return fail('no-answer');
        } finally {
          end();
        }
      }
    }
  }

  /** The first address at which a relay answers a lookup, as its peer ID authenticated by the connection. */
  async function firstThatAnswers(
    addresses: readonly RelayAddress[],
  ): Promise<Result<RelayAddress, RelayProblem>> {
    let problem: RelayProblem = 'no-answer';
    for (const address of addresses.slice(0, ADDRESSES_TRIED)) {
      const outcome = await answers(address);
      if (outcome === 'answers') return ok(address);
      if (problem === 'no-answer') problem = outcome;
    }
    return fail(problem);
  }

  async function answers(address: RelayAddress): Promise<'answers' | RelayProblem> {
    const { signal, end } = limited(clock, ANSWER_TIMEOUT_MS);
    try {
      const answer = await network.ask(address, LOOKUP_PROTOCOL, lookupOfNobody(random), signal);
      if (LOOKUP_RESPONSE.decode(answer) !== undefined) return 'answers';
      letGo(address);
      return 'not-a-relay';
    } catch (cause) {
      if (cause instanceof WoxlyError && cause.reason === 'bad-address') return 'not-an-address';
      const isThere = await network.probe(address, signal).then(
        () => true,
        () => false,
      );
      letGo(address);
      return isThere ? 'not-a-relay' : 'no-answer';
    } finally {
      end();
    }
  }

  function letGo(address: RelayAddress): void {
    const id = relayIdOf(address);
    if (!keeper.reserved.some((held) => relayIdOf(held) === id)) network.release(address);
  }
}

const justAdded = (address: RelayAddress): RelayView => ({
  address,
  state: 'connecting',
  origin: 'own',
  preferred: false,
});
