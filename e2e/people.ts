import { test as base, chromium } from '@playwright/test';
import type { Browser, BrowserContextOptions } from '@playwright/test';
import { chromiumLaunch, lightChromiumLaunch } from '../scripts/chromium.ts';
import { shiftClock } from './device-clock.ts';
import { listen } from './ear.ts';
import { Person } from './person.ts';
import { startRelay } from './relay.ts';
import type { TestRelay } from './relay.ts';
import { speechFile } from './speech.ts';
import type { Voice } from './speech.ts';

type Microphone = 'granted' | 'refused';

/** How a person comes to WOXLY. */
export interface PersonOptions {
  /** What their microphone carries. People of one voice share a browser process, never its storage. */
  readonly voice?: Voice;
  readonly microphone?: Microphone;
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
  /**
   * A relay of the test's own, with this more on its command line: `test.use({ relayOptions: ['--flag'] })`. A test that
   * ends its relay, or needs a new one, asks for it with `[]`.
   */
  relayOptions: readonly string[] | undefined;
  /** The relay that people of a test come to: one for all of them unless the test asks for its own. */
  relay: TestRelay;
  /** Starts one more relay, which knows these others; it ends with the test. */
  anotherRelay: (...neighbours: readonly TestRelay[]) => Promise<TestRelay>;
  /** Brings a person with fresh storage; they leave with the test. */
  person: (name: string, options?: PersonOptions) => Promise<Person>;
  /** Alice and Bob, of two voices, who are contacts of each other. */
  contacts: Pair;
  /** Such an Alice and Bob who stay for other tests too: for one that leaves nothing behind but calls in the history. */
  friends: Pair;
}

type Pair = readonly [alice: Person, bob: Person];

interface WorkerFixtures {
  commonRelay: TestRelay;
  /** The browser whose microphone carries that voice, if it is granted. */
  browserOf: (voice: Voice, microphone?: Microphone) => Promise<Browser>;
  stayingFriends: Pair;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  relayOptions: [undefined, { option: true }],

  relay: async ({ relayOptions, commonRelay }, use) => {
    const own = relayOptions && (await startRelay(relayOptions));
    await use(own ?? staying(commonRelay));
    await own?.dispose();
  },

  anotherRelay: async ({ relayOptions }, use) => {
    const relays: TestRelay[] = [];
    await use(async (...neighbours) => {
      const known = await Promise.all(
        neighbours.map(async (one) => ['--peer', await one.address()]),
      );
      const relay = await startRelay([...(relayOptions ?? []), ...known.flat()]);
      relays.push(relay);
      return relay;
    });
    await Promise.all(relays.map((relay) => relay.dispose()));
  },

  commonRelay: [
    async ({}, use) => {
      const relay = await startRelay();
      await use(relay);
      await relay.dispose();
    },
    { scope: 'worker' },
  ],

  browserOf: [
    async ({}, use) => {
      const browsers = new Map<string, Promise<Browser>>();
      await use((voice, microphone = 'granted') => {
        const kind = `${voice} ${microphone}`;
        const browser = browsers.get(kind) ?? chromium.launch(launchOptions(voice, microphone));
        browsers.set(kind, browser);
        return browser;
      });
      for (const browser of browsers.values()) await (await browser).close();
    },
    { scope: 'worker' },
  ],

  person: async ({ relay: own, browserOf }, use) => {
    const people: Person[] = [];
    await use(async (name, options = {}) => {
      const { voice = 'low', microphone, relay = own } = options;
      const person = await bring(await browserOf(voice, microphone), name, relay, options);
      people.push(person);
      return person;
    });
    await Promise.all(people.map(({ context }) => context.close()));
  },

  contacts: async ({ relay, browserOf }, use) => {
    const pair = await bringPair(browserOf, relay);
    await use(pair);
    await Promise.all(pair.map(({ context }) => context.close()));
  },

  stayingFriends: [
    async ({ commonRelay, browserOf }, use) => {
      const pair = await bringPair(browserOf, commonRelay);
      await use(pair);
      await Promise.all(pair.map(({ context }) => context.close()));
    },
    { scope: 'worker', timeout: 60_000 },
  ],

  friends: async ({ stayingFriends }, use) => {
    await use(stayingFriends);
    for (const friend of stayingFriends) await friend.rest();
  },
});

/** The relay of all tests, which none of them may end: those after it would have none. */
function staying(relay: TestRelay): TestRelay {
  const refuse = () =>
    Promise.reject(new Error('Ask for a relay of your own to end it: `relayOptions: []`.'));
  return Object.assign(Object.create(relay) as TestRelay, { kill: refuse, stop: refuse });
}

async function bring(
  browser: Browser,
  name: string,
  relay: TestRelay,
  options: PersonOptions = {},
): Promise<Person> {
  const { microphone = 'granted', path = '/', arrive = 'reachable' } = options;
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
  await person.page.goto(path);
  if (arrive !== 'opened') await person.start();
  if (arrive === 'reachable') await person.reachable();
  return person;
}

async function bringPair(browserOf: WorkerFixtures['browserOf'], relay: TestRelay): Promise<Pair> {
  const [alice, bob] = await Promise.all([
    bring(await browserOf('high'), 'Alice', relay),
    bring(await browserOf('low'), 'Bob', relay),
  ]);
  await alice.befriend(bob);
  return [alice, bob];
}

export { expect } from '@playwright/test';

/** As a browser is that was built without WebRTC. */
function withoutWebRtc(): void {
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (/^(webkit)?RTC/.test(name)) Reflect.deleteProperty(globalThis, name);
  }
}

function launchOptions(voice: Voice, microphone: Microphone) {
  // Without the fake dialog of `--use-fake-ui-for-media-stream`, which grants the microphone to everybody.
  const args = [
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${speechFile(voice)}`,
  ];
  return microphone === 'refused' ? chromiumLaunch(args) : lightChromiumLaunch(args);
}
