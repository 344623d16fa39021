import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { shortKey } from '#lib/domain/short-key.ts';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import PageTitle from './PageTitle.svelte';

test('the tab says who rings, with whom one talks, and else the page', async () => {
  const world = await WoxlyWorld.begin();
  const [olga, alice, bank] = await Promise.all([
    world.person('Olga'),
    world.person('Alice'),
    world.person('Bank'),
  ]);
  await olga.add(alice);
  await render(PageTitle, { app: new AppState(olga.app), page: 'Contacts' });
  const says = (title: string) => expect.poll(() => document.title).toBe(title);
  await says('Contacts – WOXLY');
  await alice.call(olga);
  await says('Incoming call from Alice');
  olga.app.calls.accept();
  await says('Call with Alice – WOXLY');
  await olga.comesTo('connected');
  await says('Call with Alice – WOXLY');
  olga.app.calls.hangUp();
  await says('Contacts – WOXLY');
  await bank.call(olga);
  await says(`Incoming call from “Bank”, Key ${shortKey(bank.key)}, not in your contacts`);
  olga.app.calls.accept();
  await says('Call with “Bank” – WOXLY');
});
