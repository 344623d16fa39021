import { createScope } from '#lib/domain/scope.ts';
import { createIdentity } from '#lib/core/identity/create-identity.ts';
import type { OwnIdentity } from '#lib/core/identity/create-identity.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { openCertificate } from '#lib/protocol/device-certificate.ts';
import { openDeviceList } from '#lib/protocol/device-list.ts';
import { identityKeyOf } from '#lib/protocol/key-text.ts';
import { FakeClock } from './fake-clock.ts';
import { memoryStores } from './memory-stores.ts';
import { memoryVault } from './memory-vault.ts';
import { SeededRandom } from './seeded-random.ts';

/** The relay that such a browser says it uses. */
export const IDENTITY_RELAY =
  `/dns4/relay.example/tcp/443/tls/ws/p2p/${identityKeyOf(new Uint8Array(32).fill(3))}` as RelayAddress;

/** What one browser keeps of an identity; every `load` is a reload of its page. */
export function identityBrowser(seed = 1) {
  const [stores, vault, random] = [memoryStores(), memoryVault(), new SeededRandom(seed)];
  const clock = new FakeClock();
  const person = { presses: false };
  /** Of the page that is open. */
  let scope = createScope();
  const close = () => {
    const open = scope;
    scope = createScope();
    return open.stop();
  };
  const load = (by = clock) =>
    createIdentity({
      vault,
      stores,
      clock: by,
      random,
      deviceName: 'Test browser',
      origin: () => 'https://woxly.example',
      relays: () => [IDENTITY_RELAY],
      isPressing: () => person.presses,
      scope,
    });
  return { clock, stores, vault, person, load, close };
}

/** What others see of an identity's papers at `now`. */
export async function papersOf({ keys, certificate, deviceList }: OwnIdentity, now: number) {
  const publicKey = keys?.identity.publicKey ?? new Uint8Array(32);
  return {
    certificate: await openCertificate(certificate(), now),
    list: await openDeviceList(deviceList(), publicKey, now),
  };
}
