import { attentionContract } from './attention-contract.ts';
import { FakeAttention } from './fake-attention.ts';

attentionContract('the fake', () => {
  const attention = new FakeAttention();
  return {
    attention,
    show: () => undefined,
    begun: () => attention.played.length,
    sounding: () => attention.sounding,
    announced: () => [...attention.announced].map(({ name }) => name),
    isUsual: () => attention.announced.size === 0,
    isAwake: () => attention.awake > 0,
    close: () => undefined,
  };
});
