import type { Contact } from '#lib/domain/contact.ts';
import type { DeviceKey, Milliseconds } from '#lib/domain/ids.ts';

/**
 * Who each device is known to belong to. People name their own devices, and nothing stops one from naming somebody
 * else's: a device that two contacts name is nobody's.
 */
export function deviceOwners(contacts: readonly Contact[]): ReadonlyMap<DeviceKey, Contact> {
  const owners = new Map<DeviceKey, Contact | undefined>();
  for (const contact of contacts) {
    for (const device of contact.hints.devices) {
      owners.set(device, owners.has(device) ? undefined : contact);
    }
  }
  return new Map([...owners].filter((entry): entry is [DeviceKey, Contact] => !!entry[1]));
}

/**
 * Whether the person has left this device out: it is not in their newest device list, which was signed after the device
 * was certified. One that was certified after it is new, and its list has not come yet.
 */
export function hasLeftOut(
  contact: Pick<Contact, 'devices' | 'epoch'> | undefined,
  device: DeviceKey,
  issued: Milliseconds,
): boolean {
  if (contact?.devices === undefined || contact.devices.includes(device)) return false;
  return Math.floor(issued / 1000) <= contact.epoch;
}
