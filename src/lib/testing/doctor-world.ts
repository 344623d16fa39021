import { createScope } from '#lib/domain/scope.ts';
import type { Contact } from '#lib/domain/contact.ts';
import type { IdentityKey, RelayAddress } from '#lib/domain/ids.ts';
import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import type { NetworkStatus } from '#lib/domain/reasons.ts';
import type { Settings } from '#lib/domain/settings.ts';
import { Watchers } from '#lib/core/watchable.ts';
import { createDoctor } from '#lib/core/doctor/create-doctor.ts';
import type { ContactPlace } from '#lib/core/doctor/verdict.ts';
import type { RelayTest, RelayView } from '#lib/core/relays/reachability.ts';
import type { IceServer } from '#lib/ports/media.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeIceProbe } from './fake-ice-probe.ts';
import { FakeMicrophones } from './fake-microphones.ts';

export const KEY = '12D3KooWSecretKey' as IdentityKey;
const LOGIN = { username: '9:12D3KooWSecretDevice', credential: 'secret-credential' };
export const STUN = 'stun:relay.example:3478';
export const [UDP, TCP, TLS] = [
  'turn:relay.example:3478?transport=udp',
  'turn:relay.example:3478?transport=tcp',
  'turns:relay.example:443?transport=tcp',
] as const;
export const SECOND = 'turn:second.example:3478?transport=udp';
export const SECOND_STUN = 'stun:second.example:3478';
export const MAPPED = '198.51.100.7:40000';

const aRelay = (host: string, operator?: string): RelayView => ({
  address: `/dns4/${host}/tcp/443/wss/p2p/12D3KooWRelay${host}` as RelayAddress,
  state: 'reachable',
  origin: 'page',
  preferred: false,
  ...(operator !== undefined && { operator }),
});
export const WORKS: RelayTest = {
  reached: { tookMs: 120 },
  roundTripMs: 40,
  lookup: true,
  turn: 'works',
};

/** A doctor to whom all is well: two relays, with STUN and TURN by every transport, and a contact. */
export function aDoctor() {
  const clock = new FakeClock();
  const probe = new FakeIceProbe();
  const microphones = new FakeMicrophones();
  const reachability = new Watchers();
  const world: {
    supported: boolean;
    settings: Settings;
    status: NetworkStatus;
    relays: RelayView[];
    tests: Map<string, RelayTest>;
    servers: readonly IceServer[];
    contact: Contact;
    where: ContactPlace | Error;
    lookedUp: IdentityKey[];
  } = {
    supported: true,
    settings: DEFAULT_SETTINGS,
    status: 'reachable',
    relays: [aRelay('relay.example', 'Example Society'), aRelay('second.example')],
    tests: new Map(),
    servers: [{ urls: [STUN] }, { urls: [UDP, TCP, TLS], ...LOGIN }, { urls: [SECOND], ...LOGIN }],
    contact: { key: KEY, name: 'Bob Secret', hideAddress: false } as Contact,
    where: 'there',
    lookedUp: [],
  };
  for (const url of [STUN, SECOND_STUN]) {
    probe.answers.set(url, { mapped: MAPPED, relayed: false, tookMs: 30 });
  }
  for (const [url, tookMs] of [
    [UDP, 60],
    [TCP, 90],
    [TLS, 150],
    [SECOND, 50],
  ] as const) {
    probe.answers.set(url, { relayed: true, tookMs });
  }
  probe.mapped = [MAPPED];
  const doctor = createDoctor({
    clock,
    probe,
    microphones,
    get supported() {
      return world.supported;
    },
    settings: {
      get current() {
        return world.settings;
      },
    },
    reachability: {
      watch: reachability.watch,
      get status() {
        return world.status;
      },
      get relays() {
        return world.relays;
      },
      ofServer: (host) => world.relays.find(({ address }) => address.split('/')[2] === host),
      test: (address) => Promise.resolve(world.tests.get(address) ?? WORKS),
    },
    scope: createScope(),
    contacts: { get: (key) => (key === world.contact.key ? world.contact : undefined) },
    iceServers: () => world.servers,
    lookUp: (key) => {
      world.lookedUp.push(key);
      return world.where instanceof Error
        ? Promise.reject(world.where)
        : Promise.resolve(world.where);
    },
  });
  /** Lets all time pass that a run may take. */
  const ran = async (contact?: IdentityKey) => {
    const run = doctor.run(contact);
    while (doctor.running) await clock.advance(1000);
    await run;
    return doctor.checks;
  };
  /** The relays of the page are known from now on. */
  const learn = (relays: RelayView[]) => {
    world.relays = relays;
    reachability.changed();
  };
  return { doctor, learn, clock, probe, microphones, world, ran };
}
