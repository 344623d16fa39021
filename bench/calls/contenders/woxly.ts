import { setTimeout as wait } from 'node:timers/promises';
import type { Locator, Page } from '@playwright/test';
import { Person } from '../../../e2e/person.ts';
import type { BenchPage } from '../page-clock.ts';
import type { Contender, Ends } from '../contender.ts';

/** From when the pointer is on a button until it is pressed, ms: somebody who knows what they want. */
const POINTED_MS = 500;

/** The callee's device lets a stranger ring three times a minute and a contact ten times, ms. */
const REST_MS = { stranger: 20_000, contact: 3_000 };

/** WOXLY on its own screens: what is pressed and what appears is what people press and see. */
export function woxly(
  url: string,
  trust: 'contact' | 'stranger',
  stun: readonly string[],
): Contender {
  /** By page: people stay when their page is loaded again. */
  const people = new Map<Page, Person>();
  let calleeKey = '';
  const ends = ({ caller, callee }: Ends) => ({ alice: the(caller), bob: the(callee) });
  const the = (page: Page): Person => {
    const person = people.get(page);
    if (person === undefined) throw new Error('Nobody is at this page.');
    return person;
  };

  return {
    name: `WOXLY, ${trust}`,
    url,
    ready: async ({ caller, callee }) => {
      const arrived = people.has(caller);
      for (const [page, name] of [
        [caller, 'Alice'],
        [callee, 'Bob'],
      ] as const) {
        const person = people.get(page) ?? new Person(name, page);
        if (!people.has(page)) await person.start();
        people.set(page, person);
        await person.reachable();
        await page.evaluate(watchScreen);
      }
      if (arrived) return;
      const { alice, bob } = ends({ caller, callee });
      for (const person of [alice, bob]) await addServers(person, stun);
      calleeKey = await bob.key();
      if (trust === 'stranger') return;
      await alice.add(bob);
      await bob.add(alice);
    },
    approach: async ({ caller }) => {
      if (trust !== 'contact') return;
      await callButton(the(caller)).hover();
      await wait(POINTED_MS);
    },
    call: async ({ caller }) => {
      const alice = the(caller);
      if (trust === 'contact') {
        await click(callButton(alice), 'call');
        return;
      }
      const dialog = await alice.openDialog('Call a key');
      await dialog.getByRole('textbox', { name: 'Key or invite link' }).fill(calleeKey);
      await click(dialog.getByRole('button', { name: 'Call', exact: true }), 'call');
    },
    accept: ({ callee }) =>
      click(the(callee).incoming().getByRole('button', { name: 'Accept', exact: true }), 'accept'),
    restMs: REST_MS[trust],
    hangUp: async (both) => {
      const { alice, bob } = ends(both);
      await alice.hangUp();
      await bob.sees('Ended');
      await alice.dismiss();
      await bob.dismiss();
    },
  };
}

const callButton = (alice: Person): Locator =>
  alice.contact('Bob').getByRole('button', { name: 'Call Bob', exact: true });

/** In the page and at once: a click of Playwright's looks first whether it can be made, which takes time. */
function click(button: Locator, what: 'call' | 'accept'): Promise<void> {
  return button.evaluate((element, name) => {
    const bench = (globalThis as never)[Symbol.for('woxly.bench')] as BenchPage;
    bench.mark(name);
    (element as HTMLElement).click();
  }, what);
}

/** To be given to `page.evaluate`: the ring counts when it is on the screen. */
function watchScreen(): void {
  const bench = (globalThis as never)[Symbol.for('woxly.bench')] as BenchPage;
  const look = () => {
    const incoming = document.querySelector('[role="alertdialog"]');
    if (incoming !== null && bench.marks.ring === undefined) bench.mark('ring');
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
  });
}

/** As a person does it in Settings. */
async function addServers(person: Person, servers: readonly string[]): Promise<void> {
  if (servers.length === 0) return;
  const { page } = person;
  await person.goTo('Settings');
  await page.getByText('Your own STUN and TURN servers').click();
  for (const server of servers) {
    await page.getByRole('textbox', { name: 'Server address' }).fill(server);
    await page.getByRole('button', { name: 'Add server' }).click();
    await page.getByText(server, { exact: true }).waitFor();
  }
  await person.goTo('Contacts');
}
