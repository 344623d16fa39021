import { generateKeyPair } from '@libp2p/crypto/keys';
import type { Connection, Stream, StreamHandler, Transport } from '@libp2p/interface';
import type { Registrar } from '@libp2p/interface-internal';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { expect, test } from 'vitest';
import { gateSignalling } from './signalling-gate.ts';

const contact = peerIdFromPrivateKey(await generateKeyPair('Ed25519'));
const stranger = peerIdFromPrivateKey(await generateKeyPair('Ed25519'));
const rsa = peerIdFromPrivateKey(await generateKeyPair('RSA', 2048));

/** A transport that registers a handler as the real one does, and a count of what got through to it. */
function gated() {
  let registered: StreamHandler | undefined;
  let answered = 0;
  const registrar = {
    own: 'state',
    handle(this: { own: string }, _protocol: string, handler: StreamHandler) {
      expect(this.own).toBe('state');
      registered = handler;
      return Promise.resolve();
    },
  } as unknown as Registrar;
  const factory = gateSignalling(
    ({ registrar: given, other }: { registrar: Registrar; other: string }) => {
      expect(other).toBe('component');
      void given.handle('/webrtc-signaling/0.0.1', () => {
        answered += 1;
      });
      return {} as Transport;
    },
    (device) => device === contact.toString(),
  );
  factory({ registrar, other: 'component' });
  const open = (remotePeer: unknown) => {
    let aborted = false;
    const stream = { abort: () => void (aborted = true) } as unknown as Stream;
    void registered?.(stream, { remotePeer } as Connection);
    return { aborted, answered };
  };
  return open;
}

test('a contact is answered', () => {
  expect(gated()(contact)).toEqual({ aborted: false, answered: 1 });
});

test('a stranger is refused before the transport hears of it', () => {
  const open = gated();
  expect(open(stranger)).toEqual({ aborted: true, answered: 0 });
  expect(open(rsa)).toEqual({ aborted: true, answered: 0 });
});

test('every stream is answered once, however many came before', () => {
  const open = gated();
  open(contact);
  open(contact);
  expect(open(contact)).toEqual({ aborted: false, answered: 3 });
});
