import { afterEach, describe, expect, test, vi } from 'vitest';
import type { PageLife } from '#lib/ports/page-life.ts';

export type PageDevice = 'phone' | 'computer';

/** A page, seen and with a network at first, on a device that does with it what a test says. */
export interface PageLifePlace {
  readonly page: PageLife;
  /** The device loses the last network that it had, or has one again. */
  connect(online: boolean): void;
  /** The device goes over to a network of another kind. */
  changeNetwork(): void;
  /** The person looks at the page, or at another one. */
  show(visible: boolean): void;
  freeze(): void;
  /** What was frozen goes on. */
  resume(): void;
  /** The person closes the page. */
  leave(): void;
  close(): void;
}

/** Browsers take their time. */
const SOON = { timeout: 15_000, interval: 20 };

/** What every implementation of {@link PageLife} promises. `newPlace` makes one for each test. */
export function pageLifeContract(
  name: string,
  newPlace: (device: PageDevice) => PageLifePlace,
): void {
  describe(`${name} keeps the promises of PageLife`, () => {
    let place: PageLifePlace | undefined;
    const stops: (() => void)[] = [];

    afterEach(() => {
      for (const stop of stops.splice(0)) stop();
      place?.close();
    });

    /** A page that notes what it says, in order. */
    function pageOn(device: PageDevice) {
      place = newPlace(device);
      const { page } = place;
      const said: string[] = [];
      const note = (what: string) => () => void said.push(what);
      stops.push(
        page.onWake(note('wake')),
        page.onBackground((so) => void said.push(so ? 'background' : 'foreground')),
        page.onNetworkChange(note('network')),
        page.onOffline(() => void said.push(page.online ? 'online' : 'offline')),
        page.onLeave(note('leave')),
      );
      /** What was said since this was asked last. */
      const news = () => said.splice(0);
      /** The same of the background: only the last word counts, and it may be said again. */
      const ground = () => news().findLast((what) => what.endsWith('ground'));
      return { ...place, news, ground };
    }

    test.each([true, false])(
      'that there is no network any more is told once that is known, seen: %s',
      (seen) => {
        const { page, connect, show, news } = pageOn('computer');
        show(seen);
        news();
        expect(page.online).toBe(true);
        connect(false);
        expect(news()).toEqual(['offline']);
        expect(page.online).toBe(false);
      },
    );

    test('a network that is back is another one, and wakes a page that is seen', () => {
      const { page, connect, show, news } = pageOn('computer');
      connect(false);
      news();
      connect(true);
      expect(page.online).toBe(true);
      expect(news().sort()).toEqual(['network', 'wake']);
      show(false);
      connect(false);
      news();
      connect(true);
      expect(news()).toEqual(['network']);
    });

    test('another network is told, and is no reason to wake', () => {
      const { changeNetwork, news } = pageOn('computer');
      changeNetwork();
      changeNetwork();
      expect(news()).toEqual(['network', 'network']);
    });

    test('a page that is seen again, or goes on while it is seen, is woken', () => {
      const { show, freeze, resume, news } = pageOn('computer');
      show(false);
      expect(news()).not.toContain('wake');
      show(true);
      expect(news()).toContain('wake');
      freeze();
      expect(news()).not.toContain('wake');
      resume();
      expect(news()).toContain('wake');
      show(false);
      freeze();
      resume();
      expect(news()).not.toContain('wake');
    });

    test('a hidden page is in the background on a phone, and only there', () => {
      const phone = pageOn('phone');
      phone.show(false);
      expect(phone.ground()).toBe('background');
      phone.show(true);
      expect(phone.ground()).toBe('foreground');
      phone.close();
      const computer = pageOn('computer');
      computer.show(false);
      expect(computer.news()).not.toContain('background');
    });

    test('whoever is about to be frozen is in the background, until that is over', () => {
      const computer = pageOn('computer');
      computer.show(false);
      computer.freeze();
      expect(computer.ground()).toBe('background');
      computer.resume();
      expect(computer.ground()).toBe('foreground');
      computer.close();
      const phone = pageOn('phone');
      phone.show(false);
      phone.freeze();
      expect(phone.ground()).toBe('background');
      phone.resume();
      expect(phone.ground()).toBe('background');
    });

    test.each([true, false])('that the page is left is told, seen: %s', (seen) => {
      const { show, leave, news } = pageOn('phone');
      show(seen);
      news();
      leave();
      expect(news()).toEqual(['leave']);
    });

    test('everybody who asked is told, until they stop', () => {
      const { page, connect, changeNetwork, show, freeze, resume, leave, news } = pageOn('phone');
      const others = [vi.fn(), vi.fn(), vi.fn(), vi.fn(), vi.fn()] as const;
      const [wake, background, network, offline, left] = others;
      const stopOthers = [
        page.onWake(wake),
        page.onBackground(background),
        page.onNetworkChange(network),
        page.onOffline(offline),
        page.onLeave(left),
      ];
      const live = () => {
        connect(false);
        connect(true);
        changeNetwork();
        show(false);
        freeze();
        resume();
        show(true);
        leave();
      };
      live();
      const all = news();
      expect(new Set(all).size).toBe(6);
      expect(others.flatMap(({ mock }) => mock.calls)).toHaveLength(all.length);
      for (const stop of stopOthers) stop();
      for (const stop of stopOthers) stop();
      live();
      expect(news()).toEqual(all);
      expect(others.flatMap(({ mock }) => mock.calls)).toHaveLength(all.length);
      for (const stop of stops) stop();
      live();
      expect(news()).toEqual([]);
    });

    test.each([true, false])(
      'what waits for paint runs later, also unpainted: %s',
      async (seen) => {
        const { page, show } = pageOn('computer');
        show(seen);
        const [first, second] = [vi.fn(), vi.fn()];
        page.afterPaint(first);
        page.afterPaint(second);
        expect([first, second].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
        await expect
          .poll(() => [first, second].map(({ mock }) => mock.calls.length), SOON)
          .toEqual([1, 1]);
      },
    );
  });
}
