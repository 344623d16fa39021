import type { Scope } from '#lib/domain/scope.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { PageLife } from '#lib/ports/page-life.ts';
import type { CallEngine } from './call/create-calls.ts';
import type { Contacts } from './contacts/contacts.ts';
import type { OwnIdentity } from './identity/create-identity.ts';
import type { NetworkTime } from './network-time.ts';
import { watchForSetClock } from './set-clock.ts';
import type { SettingsBook } from './settings-book.ts';
import type { OnlineStart } from './start-online.ts';

/** What happens, and whom it is told to. */
export interface Followed {
  /** The wall clock. */
  readonly clock: Clock;
  /** The steady clock. */
  readonly steady: Clock;
  readonly pageLife: PageLife;
  readonly time: NetworkTime;
  readonly identity: Pick<OwnIdentity, 'renew' | 'watch'>;
  readonly settings: Pick<SettingsBook, 'watch'>;
  readonly contacts: Pick<Contacts, 'watch'>;
  readonly network: OnlineStart;
  readonly calls: CallEngine;
}

/** Tells the engines what happens: to the clock, the page, its network, and what a person chose. */
export function followWorld(
  scope: Scope,
  { clock, steady, pageLife, time, identity, settings, contacts, network, calls }: Followed,
): void {
  const setClock = watchForSetClock(clock, steady, () => network.current?.askTheTime(), scope);
  const stops = [
    time.watch(() => {
      const signed = identity.renew().catch(() => undefined);
      void signed.then(() => network.current?.timeChanged());
    }),
    identity.watch(() => {
      network.start();
    }),
    network.watch(() => {
      calls.reachabilityChanged();
    }),
    pageLife.onOffline(() => {
      // Known before a call goes silent: until there is a network again the relays that it took are given up.
      network.current?.keeper.check();
      calls.reachabilityChanged();
    }),
    pageLife.onWake(() => {
      setClock.compare();
      calls.woke();
    }),
    pageLife.onNetworkChange(() => {
      network.current?.keeper.check(true);
      calls.networkChanged();
    }),
    pageLife.onBackground((background) => {
      calls.setBackground(background);
    }),
    settings.watch(() => {
      calls.settingsChanged();
    }),
    contacts.watch(() => {
      calls.contactsChanged();
    }),
  ];
  for (const stop of stops) scope.add(stop);
}
