import { contactOf } from './fake-people.ts';
import { nameServers } from './turn-relay.ts';
import { WoxlyPerson, WoxlyWorld } from './woxly-world.ts';
import type { WoxlyBrowser } from './woxly-world.ts';

/** Olga, whose screen it is, and Alice, who know each other. */
export interface CallScene {
  readonly world: WoxlyWorld;
  readonly olga: WoxlyPerson;
  readonly alice: WoxlyPerson;
}

interface SceneOptions {
  /** How far the world's time is behind that of the screen, ms: for time that the test lets pass. */
  readonly behind?: number;
  /** Done before Olga's app opens. */
  readonly prepare?: (browser: WoxlyBrowser) => void;
  /** The relay has a TURN server of this name. */
  readonly turn?: string;
}

export async function callScene({
  behind = 0,
  prepare,
  turn,
}: SceneOptions = {}): Promise<CallScene> {
  const world = await WoxlyWorld.begin({ now: Date.now() - behind });
  if (turn !== undefined) {
    for (const { relay } of world.relays) nameServers(relay, `turn:${turn}`);
  }
  const olga = await world.person('Olga', {}, prepare);
  const alice = await world.person('Alice');
  await olga.befriend(alice);
  return { world, olga, alice };
}

/** A call between the two that is under way. */
export async function talkScene(options?: SceneOptions): Promise<CallScene> {
  const scene = await callScene(options);
  await scene.world.talk(scene.olga, scene.alice);
  return scene;
}

/** Alice was never online, and Olga has her key alone; with a way to let Alice come. */
export async function absentScene(): Promise<CallScene & { comes(): Promise<WoxlyPerson> }> {
  const world = await WoxlyWorld.begin({ now: Date.now() });
  const browser = world.browser();
  const { page } = browser.relayList;
  browser.relayList.page = undefined;
  const alice = new WoxlyPerson(browser, await browser.open());
  await alice.app.identity.create('Alice');
  await alice.app.stop();
  const olga = await world.person('Olga', { contacts: [contactOf(alice.key, 'Alice')] });
  const comes = async () => {
    browser.relayList.page = page;
    return new WoxlyPerson(browser, await browser.open());
  };
  return { world, olga, alice, comes };
}

interface WithCall<Call> {
  readonly calls: { readonly onScreen: Call | undefined };
}

/** For a screen that shows how the call goes on or has ended. */
export function callProps<Call, App extends WithCall<Call>>(app: App & WithCall<Call>) {
  return {
    app,
    get call(): Call {
      const { onScreen } = app.calls;
      if (onScreen === undefined) throw new Error('no call is on the screen');
      return onScreen;
    },
  };
}

/** From now on no attempt at a path between them succeeds. */
export function isolate(...people: readonly WoxlyPerson[]): void {
  for (const { browser } of people) browser.paths.last.isolated = true;
}

/** Olga's network is gone, and the path of the call with it. */
export function loseNetwork({ world, olga: { browser }, alice }: CallScene): void {
  world.relays[0]?.relay.stop();
  world.network.cut(browser.device, alice.browser.device);
  browser.paths.last.carries = false;
  browser.pageLife.connect(false);
  browser.paths.last.report('broken');
}

/** Alice's device is gone from one moment to the next, and tells nobody. */
export async function loseAlice({ world, alice: { browser, app } }: CallScene): Promise<void> {
  world.network.vanish(browser.device);
  browser.paths.last.close();
  await app.stop();
}
