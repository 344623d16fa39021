import type { OpenMicrophone } from '#lib/ports/media.ts';
import { FakeMicrophones } from './fake-microphones.ts';
import { microphonesContract } from './microphones-contract.ts';

microphonesContract('the fake', () => {
  const microphones = new FakeMicrophones();
  const fake = (microphone: OpenMicrophone) =>
    microphones.opened.find((opened) => opened === microphone);
  return {
    microphones,
    have: (...devices) => {
      microphones.behaviour = devices.length === 0 ? 'missing' : 'opens';
      microphones.busy.clear();
      for (const { id, busy } of devices) if (busy) microphones.busy.add(id);
      if (devices[0]?.busy) microphones.busy.add(undefined);
      microphones.change(devices);
    },
    person: (does) => {
      microphones.allowed = does === 'allowed-before';
      if (does === 'thinks') microphones.behaviour = 'waits';
      else if (does === 'refuses') microphones.deny('refused');
      else microphones.allow();
    },
    unplug: (microphone) => fake(microphone)?.lose(),
    systemMutes: (microphone, muted) => fake(microphone)?.systemMute(muted),
    recording: () => microphones.recording,
    close: () => undefined,
  };
});
