import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { KEYS } from '#lib/testing/fake-people.ts';
import { FakeWoxly } from '#lib/testing/fake-woxly.ts';
import PageTitle from './PageTitle.svelte';

test('the tab says who rings, with whom one talks, and else the page', async () => {
  const fake = new FakeWoxly();
  await render(PageTitle, { app: new AppState(fake), page: 'Contacts' });
  const says = (title: string) => expect.poll(() => document.title).toBe(title);
  await says('Contacts – WOXLY');
  fake.calls.ring({ key: KEYS.alice, name: 'Alice', trust: 'contact' });
  await says('Incoming call from Alice');
  fake.calls.go('connecting');
  await says('Call with Alice – WOXLY');
  fake.calls.end('hung-up');
  await says('Contacts – WOXLY');
  fake.calls.ring({ key: KEYS.stranger, name: 'Bank', trust: 'stranger' });
  await says('Incoming call from “Bank”, Key Str8…KzVx, not in your contacts');
  fake.calls.go('connecting');
  await says('Call with “Bank” – WOXLY');
});
