import type { ReachHints } from '#lib/domain/contact.ts';
import type { DeviceKey, IdentityKey, RelayAddress } from '#lib/domain/ids.ts';
import type { FrameChannel, PeerNetwork } from '#lib/ports/peer-network.ts';
import type { ReachFailure, ReachOptions } from './reach-port.ts';
import type { Finder } from './finder.ts';
import type { PersonRecord } from './person-records.ts';

export interface ReachOncePorts {
  readonly network: Pick<PeerNetwork, 'open'>;
  readonly finder: Finder;
  /** Relays through which we can call now: no reservation of ours is needed for that. */
  readonly usable: () => readonly RelayAddress[];
  /** Says whenever {@link usable} may have changed. Returns a way to stop. */
  readonly watchUsable: (onChange: () => void) => () => void;
}

/** Takes a channel to a device that none was opened to before; `enough` if no other is wanted. */
export type TakeChannel = (channel: FrameChannel) => 'enough' | 'more';

/**
 * One round of everything: devices that are known are dialled through every relay that may have them, all relays are
 * asked where the person is, and whatever they answer is dialled as well. A relay that is reserved while this goes on,
 * because another one died, is asked and dialled through at once. Resolves when there is enough, or all was tried: to
 * why there is no channel, if there is none.
 */
export async function reachOnce(
  { network, finder, usable, watchUsable }: ReachOncePorts,
  person: IdentityKey,
  protocol: string,
  hints: ReachHints,
  { onFound, onDial, signal, device: sought, onlyThrough, only }: Omit<ReachOptions, 'hints'>,
  take: TakeChannel,
): Promise<ReachFailure | undefined> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const tried = new Set<string>();
  /** Devices that the person is known to have, and the relays that they said they are at. */
  const devices = new Map<DeviceKey, readonly RelayAddress[]>();
  /** The newest device list that was seen. */
  let list: Pick<PersonRecord, 'epoch' | 'devices'> | undefined;
  const asked = new Set<string>();
  let found = false;
  let answered = onlyThrough !== undefined;
  let underWay = 0;
  /** Devices to which a channel is open. */
  const reached = new Set<DeviceKey>();
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));

  /** Whether an old link, or what was known before, has led to a device that is theirs no more. */
  const isLeftOut = (device: DeviceKey): boolean =>
    sought === undefined && list?.devices.includes(device) === false;

  const stop = (): void => {
    over.abort();
    end();
  };
  const work = async (task: Promise<void>): Promise<void> => {
    underWay += 1;
    // Not that way. Whether any other was possible is told at the end.
    await task.catch(() => undefined);
    underWay -= 1;
    if (underWay === 0) end();
  };
  const open = async (device: DeviceKey, relays: readonly RelayAddress[]): Promise<void> => {
    // A channel that is opened again is, or its connection may be, dead.
    const anew = sought !== undefined;
    const options = { signal: either, anew, ...(only && { only }) };
    const channel = await network.open(device, protocol, relays, options);
    if (either.aborted || reached.has(device) || isLeftOut(device)) {
      channel.close();
      return;
    }
    reached.add(device);
    onFound?.();
    if (take(channel) === 'enough') stop();
  };
  const dial = (device: DeviceKey, relays: readonly RelayAddress[]): void => {
    const way = [device, ...[...relays].sort()].join();
    if (sought !== undefined && device !== sought) return;
    if (tried.has(way) || reached.has(device) || isLeftOut(device)) return;
    tried.add(way);
    onDial?.(relays);
    void work(open(device, relays));
  };
  const learn = (known: readonly DeviceKey[], relays: readonly RelayAddress[]): void => {
    for (const device of known) {
      devices.set(device, union(devices.get(device) ?? [], relays));
      dial(device, relays);
    }
  };
  /** Where a device is, says the person; `also`: relays that may have it as well. */
  const learnFrom = (record: PersonRecord, also: readonly RelayAddress[]) => {
    const { device, devices, relays } = record;
    if (list === undefined || record.epoch >= list.epoch) list = record;
    learn(device === undefined ? devices : [device], union(relays, also));
  };
  const lookUp = (relays: readonly RelayAddress[]): void => {
    const unasked = relays.filter((relay) => !asked.has(relay));
    for (const relay of unasked) asked.add(relay);
    if (onlyThrough !== undefined || unasked.length === 0) return;
    const looking = finder.lookup(person, unasked, either, (seen) => {
      found = true;
      onFound?.();
      learnFrom(seen, []);
    });
    void work(looking.then((some) => void (answered ||= some)));
  };

  // One's own first: of the rest some are left out when there are too many.
  const around = union(usable(), onlyThrough ?? hints.relays);
  const before = new Set(usable());
  const cached = onlyThrough === undefined ? finder.cached(person) : [];
  found = cached.length > 0 || hints.devices.length > 0;
  for (const record of cached) learnFrom(record, usable());
  learn(sought === undefined ? hints.devices : [sought], around);
  void work(Promise.resolve());
  lookUp(around);
  const unwatch = watchUsable(() => {
    const fresh = usable().filter((relay) => !before.has(relay));
    if (fresh.length === 0) return;
    for (const relay of fresh) before.add(relay);
    for (const device of devices.keys()) dial(device, fresh);
    lookUp(fresh);
  });

  await ended;
  unwatch();
  over.abort();
  if (reached.size > 0) return undefined;
  if (!answered) return 'offline';
  return found ? 'not-reachable' : 'not-found';
}

function union(...lists: readonly (readonly RelayAddress[])[]): readonly RelayAddress[] {
  return [...new Set(lists.flat())];
}
