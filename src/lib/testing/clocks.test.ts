import { clockContract } from './clock-contract.ts';
import { FakeClock, TEST_EPOCH } from './fake-clock.ts';
import { HandClock } from './hand-clock.ts';
import { SimulatedTime } from './simulated-time.ts';

const close = () => undefined;

clockContract('the fake', () => {
  const clock = new FakeClock();
  return { clock, pass: (duration) => clock.advance(duration), close };
});

clockContract('the clock that is turned by hand', () => {
  const clock = new HandClock();
  return { clock, pass: async (duration) => clock.advance(duration), close };
});

clockContract('the clock of simulations', () => {
  const clock = new SimulatedTime(TEST_EPOCH, () => Promise.resolve());
  return { clock, pass: (duration) => clock.run(duration, () => undefined), close };
});
