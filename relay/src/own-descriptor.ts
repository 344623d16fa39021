import { isIP } from 'node:net';
import type { PrivateKey } from '@libp2p/interface';
import type { Bytes } from '#lib/domain/bytes.ts';
import {
  OPERATOR_MAX_BYTES,
  RELAY_ADDRESSES_MAX,
  RELAY_DESCRIPTOR_TTL_MS,
  VERSION_MAX_BYTES,
} from '#lib/protocol/limits.ts';
import { relayAddresses, relayHostOf } from '#lib/protocol/relay-address.ts';
import { sealRelayDescriptor } from '#lib/protocol/relay-descriptor.ts';
import type { Signer } from '#lib/protocol/signed.ts';
import { reachOf } from './public-address.ts';

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

/** The beginning of a text that fits, cut between characters. */
function fitting(text: string, maxBytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes));
  return text.slice(0, read);
}

const scopeOf = (address: string): 'public' | 'private' | 'loopback' => {
  const host = relayHostOf(address);
  const reach = isIP(host) === 0 ? 'public' : reachOf(host);
  return reach === 'never' ? 'private' : reach;
};

/** The addresses that are of use to most: those of one's own network say nothing to the world, nor loopback to it. */
export function addressesToTell(multiaddrs: readonly string[]): readonly string[] {
  const good = relayAddresses(multiaddrs, multiaddrs.length);
  for (const scope of ['public', 'private', 'loopback']) {
    const these = good.filter((address) => scopeOf(address) === scope);
    if (these.length > 0) return these.slice(0, RELAY_ADDRESSES_MAX);
  }
  return [];
}

export function createOwnDescriptor(init: {
  readonly privateKey: PrivateKey;
  readonly multiaddrs: readonly string[];
  readonly operator: string;
  readonly version: string;
  readonly shards: number;
  readonly state: () => RelayState;
  /** The wall clock, ms. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
}): OwnDescriptor {
  const signer = signerOf(init.privateKey);
  const addresses = addressesToTell(init.multiaddrs);
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
        relay: signer.publicKey,
        addresses,
        operator: fitting(init.operator, OPERATOR_MAX_BYTES),
        version: fitting(init.version, VERSION_MAX_BYTES),
        shards: init.shards,
        ...state,
        issued,
        expires: issued + RELAY_DESCRIPTOR_TTL_MS,
      });
      return 'renewed';
    },
  };
}
