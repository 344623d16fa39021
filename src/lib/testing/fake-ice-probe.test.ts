import type { IceAnswer } from '#lib/ports/ice-probe.ts';
import { FakeIceProbe } from './fake-ice-probe.ts';
import { FakeMicrophone } from './fake-microphones.ts';
import { iceProbeContract } from './ice-probe-contract.ts';
import type { ServerAnswer } from './ice-probe-contract.ts';

function answerOf(answer: ServerAnswer): IceAnswer | 'refuses' {
  if (answer === 'refuses') return answer;
  if (answer === 'relays') return { relayed: true, tookMs: 1 };
  if (answer === 'no NAT') return { relayed: false, open: true, tookMs: 1 };
  return { relayed: false, mapped: answer.sees, tookMs: 1 };
}

iceProbeContract('the fake', () => {
  const probe = new FakeIceProbe();
  return {
    probe: {
      ask: (...given) => probe.ask(...given),
      mappings: (...given) => probe.mappings(...given),
      echo: async (...given) =>
        Object.assign(await probe.echo(...given), { loudness: 0.5, delay: 80 }),
    },
    server: (url, answer) => probe.answers.set(url, answerOf(answer)),
    echoes: (works) => (probe.echoes = works ? 'work' : 'wait'),
    microphone: async () => new FakeMicrophone(undefined),
    close: () => undefined,
  };
});
