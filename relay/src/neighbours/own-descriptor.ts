import { isIP } from 'node:net';
import type { PrivateKey } from '@libp2p/interface';
import type { Bytes } from '#lib/domain/bytes.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import {
  OPERATOR_MAX_BYTES,
  RELAY_ADDRESSES_MAX,
  RELAY_DESCRIPTOR_MAX_BYTES,
  RELAY_DESCRIPTOR_TTL_MS,
  SIGNATURE_BYTES,
  VERSION_MAX_BYTES,
} from '#lib/protocol/limits.ts';
import { relayAddresses, relayHostOf } from '#lib/protocol/relay-address.ts';
import {
  PRESENCE_TOPICS,
  RELAY_DESCRIPTOR,
  sealRelayDescriptor,
} from '#lib/protocol/relay-descriptor.ts';
import type { RelayDescriptor } from '#lib/protocol/relay-descriptor.ts';
import { SIGNED } from '#lib/protocol/signed.ts';
import type { Signer } from '#lib/protocol/signed.ts';
import { fitting } from './fitting.ts';
import { reachOf } from '../limits/public-address.ts';

/** What changes in what a relay says of itself. */
export interface RelayState {
  readonly reservations: number;
  readonly reservationsMax: number;
  readonly turn: boolean;
}

export interface OwnDescriptor {
  /** The descriptor as last sealed; `undefined` while there is none. */
  readonly sealed: Bytes | undefined;
  /** Seals a new one when it is due: after about a third of its life, or when something has changed that counts. */
  renew(): Promise<'renewed' | 'as-before'>;
}

const signerOf = (key: PrivateKey): Signer => ({
  publicKey: new Uint8Array(key.publicKey.raw),
  sign: async (message) => new Uint8Array(await key.sign(message)),
});

/** The addresses by who can use them: everybody, one's own network, this machine. */
function byScope<T extends string>(addresses: readonly T[]): readonly (readonly T[])[] {
  const scopeOf = (address: T): 'public' | 'private' | 'loopback' => {
    const host = relayHostOf(address);
    const reach = isIP(host) === 0 ? 'public' : reachOf(host);
    return reach === 'never' ? 'private' : reach;
  };
  return ['public', 'private', 'loopback'].map((scope) =>
    addresses.filter((address) => scopeOf(address) === scope),
  );
}

/** The addresses, those first that are of use to most. */
export const widestFirst = (multiaddrs: readonly string[]): readonly string[] =>
  byScope(multiaddrs).flat();

/** The addresses that are of use to most: those of one's own network say nothing to the world, nor loopback to it. */
export function addressesToTell(multiaddrs: readonly string[]): readonly RelayAddress[] {
  const good = relayAddresses(multiaddrs, multiaddrs.length);
  return bothKinds(byScope(good).find((these) => these.length > 0) ?? []);
}

/** A WebSocket and a WebRTC address in turn: where not all of them fit, there is one of each. */
function bothKinds(addresses: readonly RelayAddress[]): readonly RelayAddress[] {
  const isDirect = (address: string): boolean => address.includes('/webrtc-direct');
  const direct = addresses.filter(isDirect);
  const others = addresses.filter((address) => !isDirect(address));
  return Array.from({ length: Math.max(direct.length, others.length) }, (_, at) => [
    ...others.slice(at, at + 1),
    ...direct.slice(at, at + 1),
  ]).flat();
}

/** Of these addresses, as many as a descriptor holds beside everything else, whatever its numbers become. */
function addressesThatFit(
  addresses: readonly RelayAddress[],
  rest: RelayDescriptor,
): readonly RelayAddress[] {
  const most = Number.MAX_SAFE_INTEGER;
  const numbers = { reservations: most, reservationsMax: most, issued: most, expires: most };
  const lengthWith = (some: readonly RelayAddress[]): number =>
    SIGNED.encode({
      payload: RELAY_DESCRIPTOR.encode({ ...rest, ...numbers, addresses: some }),
      signature: new Uint8Array(SIGNATURE_BYTES),
    }).byteLength;
  const chosen: RelayAddress[] = [];
  for (const address of addresses) {
    if (chosen.length >= RELAY_ADDRESSES_MAX) break;
    if (lengthWith([...chosen, address]) <= RELAY_DESCRIPTOR_MAX_BYTES) chosen.push(address);
  }
  return chosen;
}

export function createOwnDescriptor(init: {
  readonly privateKey: PrivateKey;
  readonly multiaddrs: readonly string[];
  readonly operator: string;
  readonly version: string;
  readonly state: () => RelayState;
  /** The wall clock, ms. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
}): OwnDescriptor {
  const signer = signerOf(init.privateKey);
  const said = {
    relay: signer.publicKey,
    operator: fitting(init.operator, OPERATOR_MAX_BYTES),
    version: fitting(init.version, VERSION_MAX_BYTES),
    shards: PRESENCE_TOPICS,
  };
  const addresses = addressesThatFit(addressesToTell(init.multiaddrs), {
    ...said,
    addresses: [],
    reservations: 0,
    reservationsMax: 0,
    turn: true,
    issued: 0,
    expires: 0,
  });
  let sealed: Bytes | undefined;
  let issued = 0;
  let due = 0;
  let turn = false;

  return {
    get sealed() {
      return sealed;
    },
    async renew() {
      const state = init.state();
      const time = init.now();
      if (addresses.length === 0) return 'as-before';
      if (sealed !== undefined && time < due && state.turn === turn) return 'as-before';
      turn = state.turn;
      issued = Math.max(time, issued + 1);
      // Jitter, so that relays that began together do not speak together.
      due = time + (RELAY_DESCRIPTOR_TTL_MS / 3) * (0.8 + 0.2 * init.random());
      sealed = await sealRelayDescriptor(signer, {
        ...said,
        addresses,
        ...state,
        issued,
        expires: issued + RELAY_DESCRIPTOR_TTL_MS,
      });
      return 'renewed';
    },
  };
}
