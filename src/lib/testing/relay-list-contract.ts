import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import type { RelayDescription, RelayList } from '#lib/ports/relay-list.ts';

/** What somebody answers who is asked what relay they are; `nobody`: there is none to answer. */
export type WebAnswer = RelayDescription | 'no relay' | 'nobody' | 'silence';

/** A browser in front of a web that answers as a test says. */
export interface RelayListPlace {
  /** Opens the page; a second time with what was kept, as after a reload. */
  open(): RelayList;
  /** What the server of the page answers from now on, with how far its clock is ahead of ours, ms, if it says so. */
  page(answer: WebAnswer, clockAheadMs?: number): void;
  /** What the server of this origin answers from now on; all others are nobody. */
  web(origin: string, answer: WebAnswer): void;
  close(): void;
}

const relay = (name: string) =>
  `/dns4/${name}.example/tcp/443/tls/ws/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN` as RelayAddress;
const [FIRST, SECOND] = [relay('first'), relay('second')];
const describing = (...addresses: RelayAddress[]): RelayDescription => ({ addresses });

const ORIGIN = 'https://relay.example';
const HOUR_MS = 3_600_000;
/** So many are remembered. */
const REMEMBERED_MOST = 8;

const never = new AbortController().signal;

/** What every implementation of {@link RelayList} promises. `newPlace` makes an empty one for each test. */
export function relayListContract(name: string, newPlace: () => RelayListPlace): void {
  describe(`${name} keeps the promises of RelayList`, () => {
    let place: RelayListPlace;
    let list: RelayList;
    beforeEach(() => {
      place = newPlace();
      list = place.open();
    });
    afterEach(() => {
      place.close();
    });
    const reload = () => (list = place.open());

    test('the relay that served the page is asked each time', async () => {
      place.page(describing(FIRST, SECOND));
      expect(await list.load()).toEqual([FIRST, SECOND]);
      place.page(describing(SECOND));
      expect(await list.load()).toEqual([SECOND]);
    });

    test.each([
      ['nobody answers', 'nobody'],
      ['it is no relay', 'no relay'],
      ['it has no address', describing()],
    ] as const)(
      'the last known are given where %s, also after a reload',
      async (_where, answer) => {
        place.page(answer);
        await expect(list.load()).rejects.toThrow();
        place.page(describing(FIRST));
        await list.load();
        place.page(describing(SECOND));
        await list.load();
        place.page(answer);
        expect(await list.load()).toEqual([SECOND]);
        reload();
        expect(await list.load()).toEqual([SECOND]);
      },
    );

    test('how far our clock is behind is known from the last answer, if that said it', async () => {
      const hours = () => list.clockOffsetMs && Math.round(list.clockOffsetMs / HOUR_MS);
      place.page(describing(FIRST), 3 * HOUR_MS);
      place.web(ORIGIN, describing(FIRST));
      expect(list.clockOffsetMs).toBeUndefined();
      await list.describe(ORIGIN, never);
      expect(list.clockOffsetMs).toBeUndefined();
      await list.load();
      expect(hours()).toBe(3);
      place.page(describing(FIRST), -2 * HOUR_MS);
      expect(hours()).toBe(3);
      await list.load();
      expect(hours()).toBe(-2);
      place.page('nobody');
      await list.load();
      await list.describe(ORIGIN, never);
      expect(hours()).toBe(-2);
      place.page(describing(FIRST));
      await list.load();
      expect(list.clockOffsetMs).toBeUndefined();
      place.page(describing(FIRST), HOUR_MS);
      await list.load();
      reload();
      expect(list.clockOffsetMs).toBeUndefined();
    });

    test('any relay says what it is, at whatever address of its site it is asked', async () => {
      const full = { addresses: [FIRST, SECOND], operator: 'Ann', version: '1.2' };
      place.web(ORIGIN, full);
      for (const url of [ORIGIN, `${ORIGIN}/`, `${ORIGIN}/some/page?of=it#here`]) {
        expect(await list.describe(url, never)).toEqual(full);
      }
      place.web(ORIGIN, describing(SECOND));
      expect(await list.describe(ORIGIN, never)).toEqual({ addresses: [SECOND] });
    });

    test('what answers and is no relay is none', async () => {
      for (const answer of ['no relay', describing()] as const) {
        place.web(ORIGIN, answer);
        expect(await list.describe(ORIGIN, never)).toBeUndefined();
      }
    });

    test('where nobody answers it is not waited for longer than the signal says', async () => {
      await expect(list.describe(ORIGIN, never)).rejects.toThrow();
      place.web(ORIGIN, 'silence');
      const end = new AbortController();
      const asked = list.describe(ORIGIN, end.signal);
      end.abort();
      await expect(asked).rejects.toThrow();
      place.web(ORIGIN, describing(FIRST));
      await expect(list.describe(ORIGIN, AbortSignal.abort())).rejects.toThrow();
    });

    test('what is no web address has no answer', async () => {
      await expect(list.describe('nonsense', never)).rejects.toThrow();
    });

    test('relays are remembered in their order, as they were given last', () => {
      expect(list.recall()).toEqual([]);
      list.remember([FIRST]);
      list.remember([SECOND, FIRST]);
      expect(list.recall()).toEqual([SECOND, FIRST]);
      reload();
      expect(list.recall()).toEqual([SECOND, FIRST]);
      list.remember([]);
      reload();
      expect(list.recall()).toEqual([]);
    });

    test('of many relays the best are remembered', () => {
      const many = Array.from({ length: 20 }, (_, number) => relay(`relay${number}`));
      list.remember(many);
      expect(list.recall()).toEqual(many.slice(0, REMEMBERED_MOST));
    });

    test('the relay of the page and those that are remembered are kept apart', async () => {
      place.page(describing(FIRST));
      await list.load();
      expect(list.recall()).toEqual([]);
      list.remember([SECOND]);
      place.page('nobody');
      expect(await list.load()).toEqual([FIRST]);
    });
  });
}
