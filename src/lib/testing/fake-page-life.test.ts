import { FakePageLife } from './fake-page-life.ts';
import { pageLifeContract } from './page-life-contract.ts';

pageLifeContract('the fake', (device) => {
  const page = new FakePageLife(device);
  return {
    page,
    connect: (online) => page.connect(online),
    changeNetwork: () => page.changeNetwork(),
    show: (visible) => page.show(visible),
    freeze: () => page.freeze(),
    resume: () => page.resume(),
    leave: () => page.leave(),
    close: () => undefined,
  };
});
