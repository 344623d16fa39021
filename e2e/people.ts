import { test as base, chromium } from '@playwright/test';
import type { Browser, BrowserContextOptions } from '@playwright/test';
import { chromiumLaunch } from '../scripts/chromium.ts';
import { shiftClock } from './device-clock.ts';
import { listen } from './ear.ts';
import { Person } from './person.ts';
import { startRelay } from './relay.ts';
import type { TestRelay } from './relay.ts';
import { speechFile } from './speech.ts';
import type { Voice } from './speech.ts';

/** How a person comes to WOXLY. */
export interface PersonOptions {
  /** What their microphone carries. People of one voice share a browser process, never its storage. */
  readonly voice?: Voice;
  readonly microphone?: 'granted' | 'refused';
  /** Whether their browser has voice connections, as nearly every browser has. */
  readonly webrtc?: boolean;
  /** The relay that serves their page; the test's own unless given. */
  readonly relay?: TestRelay;
  /** The path that they open first, with its fragment. */
  readonly path?: string;
  /** Stays on the page as it opens, instead of going through the first visit and waiting for the network. */
  readonly arrive?: 'opened' | 'started' | 'reachable';
  readonly context?: BrowserContextOptions;
  /** How far the clock of their device is ahead, ms; see {@link shiftClock}. */
  readonly clockAheadMs?: number;
}

interface Fixtures {
  /** More command line for the relay of a test: `test.use({ relayOptions: ['--flag'] })`. */
  relayOptions: readonly string[];
  /** A relay of the test's own, on a free port, with new keys. */
  relay: TestRelay;
  /** Starts one more relay, which knows these others; it ends with the test. */
  anotherRelay: (...neighbours: readonly TestRelay[]) => Promise<TestRelay>;
  /** Brings a person with fresh storage; they leave with the test. */
  person: (name: string, options?: PersonOptions) => Promise<Person>;
  /** Alice and Bob, of two voices, who are contacts of each other. */
  contacts: readonly [alice: Person, bob: Person];
}

interface WorkerFixtures {
  /** A relay of the usual kind that nobody has used; it is the test's to end. */
  freshRelay: () => Promise<TestRelay>;
  /** The browser whose microphone carries that voice. */
  browserOf: (voice: Voice) => Promise<Browser>;
}

/** When the relay of the next test is started, ms: it is ready by then, and the pages of this one have loaded. */
const NEXT_RELAY_MS = 5_000;

export const test = base.extend<Fixtures, WorkerFixtures>({
  relayOptions: [[], { option: true }],

  relay: async ({ relayOptions, freshRelay }, use) => {
    const relay = await (relayOptions.length === 0 ? freshRelay() : startRelay(relayOptions));
    await use(relay);
    await relay.dispose();
  },

  anotherRelay: async ({ relayOptions }, use) => {
    const relays: TestRelay[] = [];
    await use(async (...neighbours) => {
      const known = await Promise.all(
        neighbours.map(async (one) => ['--peer', await one.address()]),
      );
      const relay = await startRelay([...relayOptions, ...known.flat()]);
      relays.push(relay);
      return relay;
    });
    await Promise.all(relays.map((relay) => relay.dispose()));
  },

  freshRelay: [
    async ({}, use) => {
      let next: Promise<TestRelay> | undefined;
      let starting: ReturnType<typeof setTimeout> | undefined;
      await use(() => {
        const relay = next ?? startRelay();
        next = undefined;
        clearTimeout(starting);
        starting = setTimeout(() => {
          next = startRelay();
        }, NEXT_RELAY_MS);
        return relay;
      });
      clearTimeout(starting);
      await (await next)?.dispose();
    },
    { scope: 'worker' },
  ],

  browserOf: [
    async ({}, use) => {
      const browsers = new Map<Voice, Promise<Browser>>();
      await use((voice) => {
        const browser = browsers.get(voice) ?? chromium.launch(launchOptions(voice));
        browsers.set(voice, browser);
        return browser;
      });
      for (const browser of browsers.values()) await (await browser).close();
    },
    { scope: 'worker' },
  ],

  person: async ({ relay: own, browserOf }, use) => {
    const people: Person[] = [];
    await use(async (name, options = {}) => {
      const { voice = 'low', microphone = 'granted', relay = own, path = '/' } = options;
      const browser = await browserOf(voice);
      const context = await browser.newContext({
        baseURL: relay.url,
        locale: 'en-US',
        // Naming any permission refuses the others.
        permissions: microphone === 'granted' ? ['microphone'] : ['notifications'],
        ...options.context,
      });
      if (options.webrtc === false) await context.addInitScript(withoutWebRtc);
      await context.addInitScript(listen);
      if (options.clockAheadMs !== undefined) {
        await context.addInitScript(shiftClock, options.clockAheadMs);
      }
      const person = new Person(name, await context.newPage());
      people.push(person);
      await person.page.goto(path);
      const arrive = options.arrive ?? 'reachable';
      if (arrive !== 'opened') await person.start();
      if (arrive === 'reachable') await person.reachable();
      return person;
    });
    await Promise.all(people.map(({ context }) => context.close()));
  },

  contacts: async ({ person }, use) => {
    const [alice, bob] = await Promise.all([
      person('Alice', { voice: 'high' }),
      person('Bob', { voice: 'low' }),
    ]);
    await alice.befriend(bob);
    await use([alice, bob]);
  },
});

export { expect } from '@playwright/test';

/** As a browser is that was built without WebRTC. */
function withoutWebRtc(): void {
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (/^(webkit)?RTC/.test(name)) Reflect.deleteProperty(globalThis, name);
  }
}

function launchOptions(voice: Voice) {
  // Without the fake dialog of `--use-fake-ui-for-media-stream`, which grants the microphone to everybody.
  return chromiumLaunch([
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${speechFile(voice)}`,
  ]);
}
