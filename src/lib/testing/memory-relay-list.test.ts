import { MemoryRelayList } from './memory-relay-list.ts';
import { relayListContract } from './relay-list-contract.ts';

relayListContract('the list in memory', () => {
  let list = new MemoryRelayList();
  return {
    open: () => (list = list.reload()),
    page: (answer, clockAheadMs) => {
      list.page = typeof answer === 'string' ? undefined : answer.addresses;
      list.clockOffsetMs = clockAheadMs;
    },
    web: (origin, answer) => {
      if (answer === 'nobody') list.web.delete(origin);
      else list.web.set(origin, answer);
    },
    close: () => undefined,
  };
});
