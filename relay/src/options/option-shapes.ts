import { isIP } from 'node:net';
import { multiaddr } from '@multiformats/multiaddr';
import * as v from 'valibot';
import { networks } from '../limits/remote-address.ts';

/** What an option may look like, in flags, environment and configuration files alike. */

export const wholeNumber = (least: number, most: number) => {
  const wrong = `must be a whole number from ${least} to ${most}`;
  return v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))], wrong),
    v.integer(wrong),
    v.minValue(least, wrong),
    v.maxValue(most, wrong),
  );
};

const TRUE = ['true', '1', 'yes', 'on'];
const FALSE = ['false', '0', 'no', 'off'];
export const onOff = v.pipe(
  v.union([v.boolean(), v.picklist([...TRUE, ...FALSE])], 'must be true or false'),
  v.transform((value) => value === true || TRUE.includes(String(value))),
);

/** What ends lines in logs and in files that are written from options, or turns text around where people see it. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const UNSEEN_WRONG = 'must not hold line breaks or other control characters';

export const text = (wrong: string, right: (value: string) => boolean = () => true) =>
  v.pipe(
    v.string(wrong),
    v.trim(),
    v.check((value) => !UNSEEN.test(value), UNSEEN_WRONG),
    v.check(right, wrong),
  );

export const list = (wrong: string, right: (item: string) => boolean) =>
  v.pipe(
    v.union(
      [
        v.array(v.string()),
        v.pipe(
          v.string(),
          v.transform((all) => all.split(',')),
        ),
      ],
      wrong,
    ),
    v.transform((items) => items.map((item) => item.trim()).filter((item) => item !== '')),
    v.check((items) => !items.some((item) => UNSEEN.test(item)), UNSEEN_WRONG),
    v.check((items) => items.every(right), wrong),
  );

export const isHost = (host: string): boolean =>
  isIP(host) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host);

export function isOrigin(text: string): boolean {
  if (text === '') return true;
  try {
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) && /^\/?$/.test(text.slice(url.origin.length));
  } catch {
    return false;
  }
}

export function isMultiaddr(text: string): boolean {
  try {
    return multiaddr(text).getComponents().length > 0;
  } catch {
    return false;
  }
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return (
    prefix === undefined ||
    (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128))
  );
}

/** The widest networks that somebody can have of their own, bits; unique local IPv6 addresses are nobody else's. */
const WIDEST = { 4: 8, 6: 16 } as const;
const isUniqueLocal = networks(['fc00::/7']);
const isIPv4Inside = networks(['::ffff:0:0/96']);

/** Whether a network holds addresses of everybody, such as `0.0.0.0/0`, or all of IPv4 written as IPv6. */
function isTooWide(network: string): boolean {
  const [address = '', prefix] = network.split('/');
  if (prefix === undefined) return false;
  if (isIP(address) === 4) return Number(prefix) < WIDEST[4];
  const own = Number(prefix) >= 7 && isUniqueLocal(address);
  return (
    (!own && Number(prefix) < WIDEST[6]) || isIPv4Inside(address) || networks([network])('0.0.0.0')
  );
}

/** @param otherwise What would be if networks of everybody were taken. */
export const ownNetworks = (otherwise: string) =>
  v.pipe(
    list('must be IP addresses or networks such as 10.0.0.0/8, separated by commas', isNetwork),
    v.check(
      (items) => !items.some(isTooWide),
      `must be addresses and networks of your own, at least /${WIDEST[4]} (IPv6 /${WIDEST[6]}, written as such): else ${otherwise}`,
    ),
  );

/** `198.51.100.7`, or `198.51.100.7/10.0.0.7`: how an outer address is mapped to an inner one. */
export function isAddressPair(text: string): boolean {
  const parts = text.split('/');
  return parts.length <= 2 && parts.every((part) => isIP(part) !== 0);
}

export const ipAddress = text('must be an IP address', (host) => host === '' || isIP(host) !== 0);

export const ANY_SIZE = Number.MAX_SAFE_INTEGER;
