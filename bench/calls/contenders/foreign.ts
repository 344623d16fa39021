import type { Page } from '@playwright/test';
import { press } from '../page-clock.ts';
import type { Contender, Setup } from '../contender.ts';
import { bare } from './bare.ts';
import { makeMicrophone } from './microphone.ts';
import { peerJs } from './peerjs.ts';
import { openSignal } from './signal.ts';
import { simplePeer } from './simple-peer.ts';

/** Where the pages of this bench and the two ways of signalling are. */
export interface Signalling {
  readonly host: string;
  readonly port: number;
  readonly peerServerPort: number;
}

/**
 * Every contender but WOXLY, with those STUN servers. With `openMicrophones` each page opens its microphone when it is
 * loaded, otherwise when Call and Accept are pressed.
 */
export function foreignContenders(
  { host, port, peerServerPort }: Signalling,
  stun: readonly string[],
  openMicrophones: boolean,
): readonly Contender[] {
  const iceServers = stun.map((urls) => ({ urls }));
  const setup = (side: Setup['side']): Setup => ({ side, iceServers, host, port });
  const overSignal =
    (start: (page: Page, own: Setup) => Promise<void>) => async (page: Page, own: Setup) => {
      await page.evaluate(openSignal, { host, port });
      await start(page, own);
    };
  const contender = (
    name: string,
    path: string,
    start: (page: Page, own: Setup) => Promise<void>,
    meet?: (callerPage: Page, calleePage: Page) => Promise<void>,
  ): Contender => ({
    name,
    url: `http://${host}:${port}/${path}`,
    ready: async ({ caller, callee }) => {
      for (const page of [caller, callee]) {
        await page.evaluate(makeMicrophone, { open: openMicrophones });
      }
      await start(caller, setup('caller'));
      await start(callee, setup('callee'));
      await meet?.(caller, callee);
    },
    call: ({ caller }) => press(caller, 'call'),
    accept: ({ callee }) => press(callee, 'accept'),
    hangUp: async ({ caller, callee }) => {
      await press(caller, 'hangUp');
      await press(callee, 'hangUp');
    },
  });

  return [
    contender(
      'PeerJS',
      'peerjs',
      (page, own) => page.evaluate(peerJs, { ...own, port: peerServerPort }),
      async (caller, callee) => {
        const calleeId = await callee.evaluate(() => (globalThis as never)['peerId'] as string);
        await caller.evaluate((id) => Object.assign(globalThis, { calleeId: id }), calleeId);
      },
    ),
    contender(
      'bare WebSocket',
      'bare',
      overSignal((page, own) => page.evaluate(bare, own)),
    ),
    ...[true, false].map((trickle) =>
      contender(
        `simple-peer${trickle ? '' : ', no trickle'}`,
        'simple-peer',
        overSignal((page, own) => page.evaluate(simplePeer, { ...own, trickle })),
      ),
    ),
  ];
}
