import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from '@playwright/test';
import { Person } from '../../e2e/person.ts';
import { chromiumLaunch, FAKE_MICROPHONE_ARGS } from '../../scripts/chromium.ts';

/** How long a page is left alone before anybody calls, ms: loading goes on after it is ready. */
const SETTLE_MS = 2_000;
/** A ring that takes longer has not come, ms. */
const MOST_MS = 15_000;
/** Between two calls, ms: nobody is busy any more. */
const REST_MS = 500;

/**
 * People in browsers of their own, all contacts of the one who is called. There are as many callers as calls: whoever
 * calls again within minutes finds the connection of before, and a first call is the harder one. It needs a circuit from
 * the relay and a handshake with the page that is called.
 */
export interface People {
  /** The key of the one who is called. */
  readonly key: string;
  /** All load their pages anew, and are reachable. */
  renew(): Promise<void>;
  /** Each caller calls once: how long from the press of Call until it rings on the other screen, ms. */
  ringTimes(): Promise<readonly number[]>;
  close(): Promise<void>;
}

export async function gather(url: string, callers: number): Promise<People> {
  const browser = await chromium.launch(chromiumLaunch(FAKE_MICROPHONE_ARGS));
  const arrive = async (name: string): Promise<Person> => {
    const context = await browser.newContext({ locale: 'en-US', permissions: ['microphone'] });
    const person = new Person(name, await context.newPage());
    await person.page.goto(url);
    await person.start();
    await person.reachable();
    return person;
  };
  try {
    const bob = await arrive('Bob');
    const all: Person[] = [];
    for (let count = 1; count <= callers; count += 1) {
      const alice = await arrive(`Alice ${count}`);
      await alice.befriend(bob);
      all.push(alice);
    }
    return {
      key: await bob.key(),
      async renew() {
        for (const { page } of [bob, ...all]) await page.goto(url);
        for (const person of [bob, ...all]) await person.reachable();
        await wait(SETTLE_MS);
      },
      async ringTimes() {
        const times: number[] = [];
        for (const alice of all) times.push(await ringTime(alice, bob));
        return times;
      },
      close: () => browser.close(),
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/** Infinity when it does not ring. */
async function ringTime(alice: Person, bob: Person): Promise<number> {
  const call = alice.contact('Bob').getByRole('button', { name: 'Call Bob', exact: true });
  const [rang, pressed] = await Promise.all([
    bob.page.evaluate(untilItRings, MOST_MS),
    call.evaluate(press),
  ]);
  if (rang === undefined) await alice.hangUp();
  else await bob.decline();
  await alice.dismiss();
  await wait(REST_MS);
  return rang === undefined ? Infinity : rang - pressed;
}

/** Runs in the page: a click of Playwright's looks first whether it can be made, which takes time. */
function press(button: Element): number {
  const pressed = performance.timeOrigin + performance.now();
  (button as HTMLElement).click();
  return pressed;
}

/** Runs in the page: when the incoming call was on the screen, ms since 1970. Pages of one machine share its clock. */
function untilItRings(mostMs: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const look = () => {
      const incoming = document.querySelector('[role="alertdialog"]');
      if (incoming?.checkVisibility() === true) end(performance.timeOrigin + performance.now());
    };
    const end = (at?: number) => {
      observer.disconnect();
      clearTimeout(timer);
      resolve(at);
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { subtree: true, childList: true, attributes: true });
    const timer = setTimeout(end, mostMs);
  });
}
