import { deviceKeyOf } from '#lib/protocol/key-text.ts';
import { RELAYS_TOPIC } from '#lib/protocol/names.ts';
import { MemoryNetwork } from './memory-network.ts';
import { ECHO_PROTOCOL, peerNetworkContract } from './peer-network-contract.ts';
import { describedRelay } from './relay-descriptors.ts';
import { signerNumber } from './signers.ts';

peerNetworkContract('the memory network', async () => {
  const memory = new MemoryNetwork();
  const [here, nowhere] = await Promise.all([describedRelay(1), describedRelay(2)]);
  const relay = memory.relay(here.address);
  relay.answer(ECHO_PROTOCOL, (request) => request);
  relay.serve(ECHO_PROTOCOL, (channel) => {
    channel.listen({
      onFrame: (frame) => {
        channel.send(frame);
      },
      onClose: () => undefined,
    });
  });
  const network = memory.join(deviceKeyOf((await signerNumber(3)).publicKey));
  return {
    network,
    relay: here.address,
    nowhere: nowhere.address,
    topic: RELAYS_TOPIC,
    gossip: async (message) => {
      memory.gossip(relay, RELAYS_TOPIC, message);
    },
    freeze: () => void (relay.frozen = true),
    stop: () => network.stop(),
  };
});
