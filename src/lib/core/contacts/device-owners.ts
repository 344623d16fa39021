import type { Contact } from '#lib/domain/contact.ts';
import type { DeviceKey } from '#lib/domain/ids.ts';

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
